// What pages do beyond plain HTML: news without loading again, rows by keyboard, names beside codes, uploads with a bar, charts.
"use strict";
(() => {
  const key = document.body.dataset.formKey;
  const live = document.getElementById("live");
  const address = document.querySelector(".on-paper code");
  if (address) address.textContent = location.href; // whoever reads the paper finds the page again
  const glance = document.querySelector("[data-live]");

  async function refresh(place) {
    const answer = await fetch(place.dataset.live, { credentials: "same-origin" });
    if (!answer.ok) return;
    const before = new Set([...place.querySelectorAll("#newest a")].map((one) => one.getAttribute("href")));
    place.innerHTML = await answer.text();
    for (const link of place.querySelectorAll("#newest a")) {
      if (!before.has(link.getAttribute("href"))) link.closest("tr").classList.add("new");
    }
  }

  if (live && window.EventSource && document.querySelector("[data-live], [data-arrivals]")) {
    const source = new EventSource("/api/v1/events");
    let waiting = false;
    source.onopen = () => { live.hidden = false; };
    source.onerror = () => { live.hidden = true; };
    source.addEventListener("news", () => {
      if (!glance || waiting) return;
      waiting = true;
      setTimeout(() => { waiting = false; refresh(glance); }, 150);
    });
    window.addEventListener("pagehide", () => source.close());
  }

  document.addEventListener("keydown", (press) => {
    const opened = press.key === "Escape" && press.target.closest("details.act[open]");
    if (opened) { opened.open = false; opened.querySelector("summary").focus(); return; }
    if (press.target.closest("input, textarea, select") || press.ctrlKey || press.metaKey || press.altKey) return;
    const table = document.querySelector("table[data-keys]");
    if (press.key === "/") {
      const search = document.querySelector("input[type=search]");
      if (search) { press.preventDefault(); search.focus(); }
    }
    if (!table || !["j", "k", "Enter"].includes(press.key)) return;
    const rows = [...table.tBodies[0].rows].filter((row) => row.querySelector("a"));
    const now = rows.findIndex((row) => row.hasAttribute("aria-selected"));
    if (press.key === "Enter") { if (now >= 0 && document.activeElement === document.body) rows[now].querySelector("a").click(); return; }
    const next = Math.max(0, Math.min(rows.length - 1, now + (press.key === "j" ? 1 : -1)));
    if (now >= 0) rows[now].removeAttribute("aria-selected");
    if (rows[next]) { rows[next].setAttribute("aria-selected", "true"); rows[next].scrollIntoView({ block: "nearest" }); }
  });

  document.addEventListener("keydown", (press) => { // arrows walk a tree of holdings
    const tree = press.target.closest(".twigs");
    if (!tree || !["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"].includes(press.key)) return;
    press.preventDefault();
    const rows = [...tree.querySelectorAll("summary, .leaf .twig-name a, .more a")].filter((one) => one.checkVisibility());
    const here = press.target.closest("summary") || press.target;
    const branch = here.tagName === "SUMMARY" ? here.parentElement : null;
    const up = (branch || here).parentElement.closest("details");
    const at = rows.indexOf(here);
    if (press.key === "ArrowRight" && branch && !branch.open) { branch.open = true; return; }
    if (press.key === "ArrowLeft" && branch && branch.open) { branch.open = false; return; }
    const next = press.key === "ArrowLeft" ? up && up.querySelector("summary") : rows[at + (press.key === "ArrowUp" ? -1 : 1)];
    if (next) next.focus();
  });

  document.body.addEventListener("htmx:afterSettle", () => {
    for (const field of document.querySelectorAll("[data-query]")) field.value = location.search.slice(1);
    for (const link of document.querySelectorAll("a[data-query-of]")) link.href = link.dataset.queryOf + location.search;
    for (const link of document.querySelectorAll('a[href^="/language/"]')) {
      link.href = `${link.pathname}?back=${encodeURIComponent(location.pathname + location.search)}`;
    }
  });

  for (const wide of document.querySelectorAll(".scroll, .picture, .tabs, pre")) {
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0; // so that the arrow keys move it
  }

  const fields = document.querySelectorAll("input[data-names]");
  const names = document.createElement("datalist");
  names.id = "names";
  if (fields.length) document.body.append(names);
  for (const field of fields) {
    let waits = 0;
    field.setAttribute("list", "names");
    field.autocomplete = "off";
    field.addEventListener("input", () => {
      clearTimeout(waits);
      waits = setTimeout(async () => {
        const answer = await fetch(`/entities.named?text=${encodeURIComponent(field.value)}`, { credentials: "same-origin" });
        if (answer.ok) names.innerHTML = await answer.text();
      }, 200);
    });
  }

  for (const form of document.querySelectorAll("form[data-upload]")) {
    form.addEventListener("submit", (submit) => {
      submit.preventDefault();
      const bar = form.querySelector("progress");
      const sent = new XMLHttpRequest();
      bar.hidden = false;
      sent.upload.onprogress = (at) => { bar.max = at.total; bar.value = at.loaded; };
      sent.onload = () => {
        if (sent.responseURL && !sent.responseURL.endsWith(form.getAttribute("action"))) { location.assign(sent.responseURL); return; }
        document.open(); document.write(sent.responseText); document.close();
      };
      sent.open("POST", form.action);
      sent.setRequestHeader("X-Form-Key", key);
      sent.send(new FormData(form));
    });
  }

  for (const place of document.querySelectorAll("[data-chart]")) {
    if (!window.echarts) { place.hidden = true; continue; }
    const option = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    const chart = window.echarts.init(place, null, { renderer: "svg" });
    chart.setOption(Object.assign({ animation: false, tooltip: { renderMode: "richText" } }, option));
    window.addEventListener("resize", () => chart.resize());
    if (place.dataset.links) chart.on("click", (hit) => { if (hit.data && hit.data.link) location.assign(hit.data.link); });
  }
})();
