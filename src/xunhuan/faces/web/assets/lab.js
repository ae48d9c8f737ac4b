/* The address is the state: controls write it, pages read it. Nothing here talks to any other server. */
window.dash_clientside = window.dash_clientside || {};

/* A part of the page that is drawn again takes the keyboard's place with it; give the place back. */
(function () {
  "use strict";
  let last = "", around = [], wait = 0;
  document.addEventListener("focusin", (e) => {
    last = e.target.id || "";
    around = [];
    for (let at = e.target.parentElement; at; at = at.parentElement) { if (at.id) { around.push(at.id); } }
  });
  /* Seen before the page answers it: who goes on to another field is not called back from there. */
  document.addEventListener("focusout", (e) => {
    if (e.relatedTarget) { last = ""; }
    setTimeout(() => { if (e.target.isConnected && document.activeElement === document.body) { last = ""; } });
  }, true);
  const back = () => {
    if (!last || document.activeElement !== document.body) { return; }
    const found = document.getElementById(last);
    if (found) { found.focus({ preventScroll: true }); return; }
    /* What is gone for good, as a button that removes its own line, leaves the keyboard in the part it stood in. */
    clearTimeout(wait);
    wait = setTimeout(() => {
      const part = around.map((id) => document.getElementById(id)).find((e) => e && e.checkVisibility());
      if (!part || !last || document.activeElement !== document.body || document.getElementById(last)) { return; }
      if (!part.hasAttribute("tabindex")) { part.tabIndex = -1; }
      part.focus({ preventScroll: true });
    }, 300);
  };
  new MutationObserver(back).observe(document.documentElement, { childList: true, subtree: true });
})();

/* A field with a list of choices tells readers of screens that it is one, and whether the list is open. */
(function () {
  "use strict";
  const tell = (e) => {
    if (!e.matches || !e.matches("[aria-haspopup=listbox]")) { return; }
    e.setAttribute("role", "combobox");
    e.setAttribute("aria-expanded", String(e.dataset.expanded === "true"));
  };
  document.addEventListener("focusin", (e) => tell(e.target));
  new MutationObserver((found) => { found.forEach((f) => tell(f.target)); })
    .observe(document.documentElement, { subtree: true, attributeFilter: ["data-expanded"] });
})();

/* A part of the page that takes long to come says so, beside the bar that the page's style draws. */
(function () {
  "use strict";
  const LONG = 700, LOADS = ":is(#page, #map, #profile, #everyone, #method, #shown)[data-dash-is-loading='true']";
  let timer = 0;
  const look = () => {
    const told = document.getElementById("waits");
    if (!told) { return; }
    if (!document.querySelector(LOADS)) {
      clearTimeout(timer);
      timer = 0;
      if (told.textContent) { told.textContent = ""; }
    } else if (!timer) {
      timer = setTimeout(() => { told.textContent = told.title.split(" · ")[document.documentElement.lang === "zh" ? 1 : 0]; }, LONG);
    }
  };
  new MutationObserver(look).observe(document.documentElement, { subtree: true, childList: true, attributeFilter: ["data-dash-is-loading"] });
})();

window.dash_clientside.lab = (function () {
  "use strict";
  const none = () => window.dash_clientside.no_update;
  const changed = (now, before) => (now === before ? none() : now);
  let shown = null;
  let running = 0;
  let top = null;
  let asked = null;

  function route(pathname, search, frame, focus, view) {
    const p = new URLSearchParams(search || "");
    const get = (names) => names.map((n) => p.get(n) || "").join("|");
    document.documentElement.lang = p.get("lang") || "en";
    // Another page, scenario or result begins at its top, where its answer stands, however far down the button was.
    const opened = (pathname || "/") + get(pathname === "/results" ? ["run", "versus"] : ["scenario"]);
    if (top !== null && top !== opened && !location.hash) { window.scrollTo(0, 0); }
    top = opened;
    // The answer to a model's own question stands beside its controls, or above the button on a phone's long page.
    const run = (pathname || "").startsWith("/ask/") ? p.get("run") || "" : "";
    const answer = document.getElementById("ask-shown");
    if (answer && run && asked !== null && asked !== run) { answer.scrollIntoView(); }
    asked = run;
    const page = (pathname || "/") + "|";
    return [
      changed(page + get(["table", "home", "lang", "scenario", "run", "versus", "asked", "only"]), frame),
      changed(page + get(["region", "definition", "share", "arm", "drawn"]), focus),
      changed(page + get(["definition", "share"]), view),
    ];
  }

  function navigate(table, home, region, definition, year, clicks, effective, search) {
    const value = { table: table, home: home, region: region, definition: definition };
    const p = new URLSearchParams(search || "");
    const before = p.toString();
    const set = (name, to) => {
      if (name === "table") { p.delete("home"); p.delete("region"); }
      if (name === "home") { p.delete("region"); }
      p.set(name, to);
    };
    for (const t of window.dash_clientside.callback_context.triggered) {
      const cut = t.prop_id.lastIndexOf(".");
      const id = t.prop_id.slice(0, cut);
      if (id.startsWith("{")) {
        const button = JSON.parse(id);
        if (t.value) { set(button.go, button.to); }
        continue;
      }
      const name = id.replace("pick-", "");
      if (name === "year") {
        const to = effective && effective.years && effective.years[year];
        if (to && to !== effective.table) { p.set("table", to); } // the same home and region in another year
        continue;
      }
      if (effective && value[name] && value[name] !== effective[name]) { set(name, value[name]); }
    }
    const after = p.toString();
    return after === before ? none() : "?" + after;
  }

  /* The number runs from what it was to what it is; at once where motion is unwelcome. */
  function move(target) {
    if (typeof target !== "number") { return none(); }
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const write = (x) => window.dash_clientside.set_props("moving", { children: x.toFixed(0) });
    const from = shown === null ? target : shown;
    shown = target;
    const turn = ++running;
    if (still || from === target) { write(target); return String(target); }
    const start = performance.now();
    const step = (now) => {
      if (turn !== running) { return; }
      const u = Math.min((now - start) / 600, 1);
      write(from + (target - from) * (1 - Math.pow(1 - u, 3)));
      if (u < 1) { requestAnimationFrame(step); }
    };
    requestAnimationFrame(step);
    return String(target);
  }

  /* Fields write the draft here, so that typing asks nothing of the server but to check the whole. */
  function edit(opened, values, flags, asked, draft) {
    const triggered = window.dash_clientside.callback_context.triggered;
    let now = draft;
    if (triggered.some((t) => t.prop_id === "opened.data") || !draft) { now = opened; }
    if (!now) { return none(); }
    now = JSON.parse(JSON.stringify(now));
    for (const t of triggered) {
      if (!t.prop_id.startsWith("{")) { continue; }
      const id = JSON.parse(t.prop_id.slice(0, t.prop_id.lastIndexOf(".")));
      put(now.data, (id.field || id.flag || id.ask).split("/"), plain(t.value, id.scale));
    }
    return JSON.stringify(now) === JSON.stringify(draft) ? none() : now;
  }

  function plain(value, scale) {
    if (value === "" || value === null || value === undefined) { return undefined; }
    if (Array.isArray(value)) { return value.length ? value : undefined; }
    // A number too long to be one exactly comes as a text.
    const number = typeof value === "string" && scale && Number.isFinite(Number(value)) ? Number(value) : value;
    return typeof number === "number" && scale > 1 ? Number((number / scale).toPrecision(12)) : number;
  }

  function put(data, path, value) {
    let here = data;
    for (let k = 0; k < path.length - 1; k++) {
      if (here[path[k]] === undefined) {
        if (value === undefined) { return; }
        here[path[k]] = {};
      }
      here = here[path[k]];
    }
    const last = path[path.length - 1];
    if (value === undefined) { delete here[last]; } else if (value !== false || here[last] !== undefined) { here[last] = value; }
  }

  /* The address of one picture of this page, shown alone or as a file of its numbers. */
  const there = (only, file, name) => {
    const p = new URLSearchParams(location.search);
    p.set("only", only);
    if (file) { p.set("at", location.pathname); p.set("name", name); }
    return (file || location.pathname) + "?" + p.toString();
  };

  /* A picture as HTML of its own: an image that runs nothing and asks nobody, so it may stand in anyone's page. */
  async function snippet(plot, size, said) {
    const plain = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
    const image = await window.Plotly.toImage(plot, Object.assign({ format: "svg" }, size));
    const lang = document.documentElement.lang;
    return `<figure lang="${lang === "zh" ? "zh-Hans" : "en"}" style="margin:0"><img src="${image}" width="${size.width}" height="${size.height}"` +
      ` style="max-width:100%;height:auto" alt="${plain(said)}"><figcaption>${plain(said)} (Xunhuan 循环)</figcaption></figure>\n`;
  }

  async function copied(button, plot, size, name) {
    const figure = button.closest(".figure"), told = figure.querySelector(".saves [role=status]");
    const text = await snippet(plot, size, figure.querySelector("figcaption").textContent);
    try {
      await navigator.clipboard.writeText(text);
      told.textContent = told.title;
      button.classList.add("copied");
      setTimeout(() => { told.textContent = ""; button.classList.remove("copied"); }, 2500);
    } catch { // over plain HTTP on a network browsers lend no clipboard
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "text/html" }));
      link.download = name + ".html";
      link.click();
      URL.revokeObjectURL(link.href);
    }
  }

  document.addEventListener("click", (e) => {
    const button = e.target.closest && e.target.closest("[data-save]");
    const plot = button && button.closest(".figure").querySelector(".js-plotly-plot");
    if (!plot || !window.Plotly) { return; }
    const kind = button.dataset.save, name = button.dataset.name;
    const size = { width: plot.offsetWidth, height: plot.offsetHeight };
    if (kind === "html") { copied(button, plot, size, name); return; }
    if (kind === "png" || kind === "svg") {
      window.Plotly.downloadImage(plot, Object.assign({ format: kind, scale: kind === "png" ? 2 : 1, filename: name }, size));
      return;
    }
    const link = document.createElement("a");
    link.href = there(button.dataset.only, "/download/chart." + kind, name);
    link.download = name + "." + kind;
    link.click();
  });

  /* A link to a picture alone knows its page when it is reached for. */
  for (const reached of ["pointerover", "focusin"]) {
    document.addEventListener(reached, (e) => {
      const link = e.target.closest && e.target.closest("a[data-only]");
      if (link) { link.href = there(link.dataset.only); }
    });
  }

  /* The first picture on the page as a file, drawn by the browser. */
  function picture(clicks) {
    const plot = document.querySelector("#shown .js-plotly-plot");
    if (clicks.some(Boolean) && plot && window.Plotly) {
      window.Plotly.downloadImage(plot, { format: "png", scale: 2, filename: "xunhuan", width: 1000, height: plot.offsetHeight });
    }
    return clicks.map(() => none());
  }

  return { picture: picture, edit: edit, route: route, navigate: navigate, move: move };
})();

// A choice is found by any of its names, not by the one that is shown alone; where none is, the nearest are shown.
var dmcfuncs = (window.dashMantineFunctions = window.dashMantineFunctions || {});
dmcfuncs.byAnyName = (function () {
  "use strict";
  const NEAR = 5, ALIKE = 0.33;
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f\s'-]/g, "");
  const pairs = (text) => {
    const padded = " " + plain(text) + " ";
    return Array.from({ length: padded.length - 1 }, (_, k) => padded.slice(k, k + 2));
  };
  /* Twice the pairs of letters that two words share, over all they have [Dice]. */
  const alike = (a, b) => {
    const left = pairs(a), right = pairs(b), all = left.length + right.length;
    const shared = left.filter((p) => { const k = right.indexOf(p); return k >= 0 && right.splice(k, 1); }).length;
    return (2 * shared) / all;
  };
  return function (asked, given) {
    const search = plain(asked.search);
    const names = (o) => [o.label, o.value].concat((given && given.names && given.names[o.value]) || []);
    const keep = (meets) => asked.options
      .map((o) => (o.items ? Object.assign({}, o, { items: o.items.filter(meets) }) : o))
      .filter((o) => (o.items ? o.items.length : meets(o)));
    const found = keep((o) => names(o).some((name) => plain(name).includes(search)));
    if (found.length || !search) { return found; }
    const near = asked.options.flatMap((o) => o.items || [o])
      .map((o) => [o, Math.max(...names(o).map((name) => alike(search, name)))])
      .filter((pair) => pair[1] >= ALIKE).sort((a, b) => b[1] - a[1]).slice(0, NEAR).map((pair) => pair[0]);
    const none = { value: "", label: (given && given.none) || "–", disabled: true };
    return near.length ? near : [none];
  };
})();
