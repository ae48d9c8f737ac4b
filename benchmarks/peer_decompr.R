# decompr's Leontief, KWW and WWZ decompositions of exports, on a table given as a folder. Its library path may follow.
given <- commandArgs(trailingOnly = TRUE)
if (length(given) > 1) .libPaths(c(given[2], .libPaths()))
suppressMessages(library(decompr))
shape <- as.numeric(regmatches(s <- readLines(file.path(given[1], "shape.json"), warn = FALSE), gregexpr("[0-9]+", s))[[1]])
n <- shape[1] * shape[2]
read <- function(name, columns) {
  matrix(readBin(file.path(given[1], name), "double", n * columns), n, columns, byrow = TRUE)
}
busy <- function(f) { t <- system.time(x <<- f()); as.numeric(t[1] + t[2]) }
inter <- read("inter.bin", n)
final <- read("final.bin", shape[1])
k <- sprintf("R%03d", seq_len(shape[1]) - 1)
i <- sprintf("S%03d", seq_len(shape[2]) - 1)
load <- busy(function() load_tables_vectors(x = inter, y = final, k = k, i = i))
table <- x
leon <- busy(function() leontief(table, post = "exports", long = FALSE))
kww <- busy(function() decompr::kww(table))
terms <- x
added <- sum(terms[1, sapply(terms, is.numeric)][1:5])
wwz <- busy(function() decompr::wwz(table))
cat(sprintf('{"version": "%s", "load": %.4f, "leontief": %.4f, "kww": %.4f, "wwz": %.4f, "kww_names": "%s", "kww_first": [%s], "exports": %.10f}\n',
            packageVersion("decompr"), load, leon, kww, wwz, paste(names(terms), collapse = " "),
            paste(sprintf("%.12g", as.numeric(terms[1, sapply(terms, is.numeric)])), collapse = ", "),
            sum(table$ESR[1:shape[2], ])))
