// Sideways scrolling, labels cut, colliding or too small, ticks twice, empty pictures, legends and controls over others.
() => {
  const found = [], tell = (what, where) => { const line = `${what}: ${where}`; if (!found.includes(line)) found.push(line); };
  const short = (t) => t.trim().replace(/\s+/g, " ").slice(0, 60);
  const seen = (e) => { const b = e.getBoundingClientRect(); return b.width > 0 && b.height > 0 && e.checkVisibility({ opacityProperty: true, visibilityProperty: true }); };
  const meet = (p, q, by) => p.left + by < q.right && q.left + by < p.right && p.top + by < q.bottom && q.top + by < p.bottom;
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) tell("scrolls sideways", `${wide} of ${innerWidth}`);
  for (const plot of document.querySelectorAll(".js-plotly-plot")) {
    const name = plot.dataset.figure || plot.closest("[id]").id, frame = plot.getBoundingClientRect();
    if (!frame.width) continue;
    const texts = [...plot.querySelectorAll(".main-svg text")].filter((e) => e.textContent.trim() && seen(e));
    const flat = texts.filter((e) => {
      const m = e.getScreenCTM();
      return Math.abs(m.b) < 0.01 || Math.abs(m.a) < 0.01;
    }).map((e) => [e, e.getBoundingClientRect()]);
    for (const [e, b] of flat) {
      if (b.left < frame.left - 2 || b.right > frame.right + 2 || b.top < frame.top - 2 || b.bottom > frame.bottom + 2) tell("cut", `${name}: ${short(e.textContent)}`);
      const size = parseFloat(getComputedStyle(e).fontSize) * Math.hypot(e.getScreenCTM().a, e.getScreenCTM().b);
      if (size < 9.4) tell("small", `${name}: ${short(e.textContent)} ${size.toFixed(1)}`);
    }
    for (let i = 0; i < flat.length; i++) for (let j = i + 1; j < flat.length; j++)
      if (meet(flat[i][1], flat[j][1], 3) && flat[i][0].textContent !== flat[j][0].textContent) tell("collide", `${name}: ${short(flat[i][0].textContent)} / ${short(flat[j][0].textContent)}`);
    const pictures = [...plot.querySelectorAll(".heatmaplayer image")].map((e) => e.getBoundingClientRect());
    for (const [e, b] of flat) {
      if (e.closest(".colorbar") && pictures.some((p) => meet(p, b, 2))) tell("name over colours", `${name}: ${short(e.textContent)}`);
      const clipped = e.closest(".barlayer, .scatterlayer") && e.closest("[clip-path]:not([clip-path='']), [style*=clip-path]");
      const area = clipped && plot.querySelector(".nsewdrag") && plot.querySelector(".nsewdrag").getBoundingClientRect();
      if (area && plot.querySelectorAll(".nsewdrag").length === 1 && (b.left < area.left - 2 || b.right > area.right + 2)) tell("cut by its frame", `${name}: ${short(e.textContent)}`);
    }
    const kinds = {};
    for (const e of texts) { const tick = e.closest("[class$=tick]"); if (tick && !tick.closest(".ternarylayer")) (kinds[tick.getAttribute("class")] ||= []).push(e.textContent); }
    for (const [kind, all] of Object.entries(kinds)) {
      const twice = all.filter((t, k) => all.indexOf(t) !== k);
      if (twice.length) tell("repeated tick", `${name} ${kind}: ${short(twice[0])}`);
    }
    for (const kind of ["xtick", "ytick"]) if (kinds[kind] && kinds[kind].length < 2 && /\d/.test(kinds[kind][0])) tell("one tick", `${name} ${kind}: ${short(kinds[kind][0])}`);
    const marks = plot.querySelectorAll(".trace, .point, .heatmaplayer image, .sankey-node, .slice, .cn, .imagelayer image, .shapelayer path");
    if (!marks.length) tell("empty", name);
    const legend = plot.querySelector(".legend .bg"), size = plot._fullLayout && plot._fullLayout._size;
    if (legend && size) {
      const box = legend.getBoundingClientRect();
      for (const e of plot.querySelectorAll(".scatterlayer .point, .barlayer .point path, .heatmaplayer image"))
        if (meet(box, e.getBoundingClientRect(), 2)) { tell("legend over data", name); break; }
    }
    const controls = [...plot.querySelectorAll(".slider-rail-touch-rect, .slider-grip-rect, .slider-label, .updatemenu-button")].filter(seen).map((e) => [e, e.getBoundingClientRect()]);
    const others = flat.filter(([e]) => !e.closest(".slider-container, .updatemenu-container"));
    for (const [c, box] of controls) for (const [e, b] of [...controls.filter(([d]) => d !== c && d.matches(".updatemenu-button") !== c.matches(".updatemenu-button")), ...others])
      if (meet(box, b, 3)) tell("control over", `${name}: ${short(e.textContent)}`);
  }
  for (const e of document.querySelectorAll("input:not([type=hidden])"))
    if (seen(e) && e.readOnly && e.scrollWidth > e.clientWidth + 1) tell("cut", `choice ${short(e.value)}`);
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || e.closest("svg, script, style, noscript, option, .hidden-text, .skip, caption") || !seen(e)) continue;
    const style = getComputedStyle(e);
    if (e.scrollWidth > e.clientWidth + 1 && e.clientWidth && style.overflowX !== "visible" && !/auto|scroll/.test(style.overflowX)) tell("cut", short(e.textContent));
    if (parseFloat(style.fontSize) > 0 && parseFloat(style.fontSize) < 10.4) tell("small", `${short(e.textContent)} ${style.fontSize}`);
    const range = document.createRange(); range.selectNodeContents(e);
    const b = range.getBoundingClientRect();
    if (b.right > innerWidth + 1 && !e.closest(".scroll, .table, .row, pre, .jumps, .contents")) tell("beyond the window", short(e.textContent));
  }
  return found;
}
