// What one sees who looks at a page closely: gives its faults, and its texts each with whether it is data.
() => {
  const faults = [];
  const root = document.documentElement;
  const isShown = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && one.getClientRects().length > 0;
  const where = (one) => {
    const name = one.id ? `#${one.id}` : one.classList && one.classList.length ? `.${[...one.classList].join(".")}` : "";
    return `${one.tagName.toLowerCase()}${name} "${(one.textContent || one.value || "").trim().replace(/\s+/g, " ").slice(0, 50)}"`;
  };
  const wrong = (what, one, more = "") => faults.push(`${what}: ${where(one)}${more ? ` ${more}` : ""}`);

  // The whole: language, title, one first heading, headings in order, no name given twice.
  if (!root.lang) faults.push("lang: the page says no language");
  if (!document.title.trim() || document.title.trim().startsWith("·")) faults.push("title: the page has none");
  const heads = [...document.querySelectorAll("h1, h2, h3, h4")].filter(isShown);
  if (heads.filter((one) => one.tagName === "H1").length !== 1) faults.push("headings: not exactly one h1");
  heads.reduce((before, one) => {
    const level = Number(one.tagName[1]);
    if (level > before + 1) wrong("headings: a level is left out before", one);
    return level;
  }, 0);
  const seen = new Set();
  for (const one of document.querySelectorAll("[id]")) {
    if (seen.has(one.id)) wrong("id: twice", one);
    seen.add(one.id);
  }

  // Room: nothing makes the page wider than the window, nothing is cut off, no words of a picture lie on each other.
  const beyond = root.scrollWidth - root.clientWidth;
  if (beyond > 0) {
    const widest = [...document.body.querySelectorAll("*")].filter((one) => isShown(one) && one.getBoundingClientRect().right > root.clientWidth + 0.5 && !one.closest(".scroll, .picture, .tabs, svg, pre"));
    faults.push(`overflow: ${beyond} pixels${widest.length ? `, ${where(widest[widest.length - 1])}` : ""}`);
  }
  for (const one of document.body.querySelectorAll("*")) {
    if (one.closest("svg") || !isShown(one) || ["INPUT", "SELECT", "TEXTAREA", "OPTION"].includes(one.tagName)) continue;
    const style = getComputedStyle(one);
    if (style.overflowX === "hidden" && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0) wrong("cut off", one);
  }
  for (const picture of document.querySelectorAll("svg")) {
    if (!isShown(picture)) continue;
    const frame = picture.getBoundingClientRect();
    const words = [...picture.querySelectorAll("text")].filter((one) => one.textContent.trim());
    const boxes = words.map((one) => one.getBoundingClientRect());
    boxes.forEach((a, n) => {
      if (a.left < frame.left - 1 || a.right > frame.right + 1 || a.top < frame.top - 1 || a.bottom > frame.bottom + 1) wrong("picture: words beyond its edge", words[n]);
      for (let m = n + 1; m < boxes.length && boxes.length < 300; m += 1) {
        const b = boxes[m];
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 2 && high > Math.min(a.height, b.height) * 0.4) wrong("picture: words on each other", words[n], `and "${words[m].textContent.trim()}"`);
      }
    });
  }

  // Contrast, as WCAG 2.2 AA counts it: 4.5, and 3 for large letters.
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgba = (said) => {
    if (!known.has(said)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = said;
      canvas.fillRect(0, 0, 1, 1);
      known.set(said, [...canvas.getImageData(0, 0, 1, 1).data].map((value, n) => (n === 3 ? value / 255 : value)));
    }
    return known.get(said);
  };
  const over = (top, under) => top.slice(0, 3).map((value, n) => value * top[3] + under[n] * (1 - top[3]));
  const light = (colour) => {
    const [r, g, b] = colour.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const ground = (one) => {
    const layers = [];
    for (let up = one; up; up = up.parentElement) {
      const colour = rgba(getComputedStyle(up).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
  };
  const under = (words) => {
    const box = words.getBoundingClientRect();
    const x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
    let found = ground(words.closest("svg"));
    for (const shape of words.closest("svg").querySelectorAll("rect, circle, text")) {
      if (shape === words) break;
      if (shape.tagName === "text") continue;
      const area = shape.getBoundingClientRect();
      const fill = getComputedStyle(shape).fill;
      if (fill !== "none" && area.left <= x && area.right >= x && area.top <= y && area.bottom >= y) found = over(rgba(fill), found);
    }
    return found;
  };
  const told = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const shownTexts = [];
  while (texts.nextNode()) {
    const one = texts.currentNode.parentElement;
    const words = texts.currentNode.textContent.trim();
    if (!words || ["SCRIPT", "STYLE", "OPTION", "TITLE"].includes(one.tagName) || !isShown(one)) continue;
    if (one.getBoundingClientRect().right < 0) continue;
    shownTexts.push([words, one]);
    const style = getComputedStyle(one);
    const inPicture = one.closest("svg");
    const colour = rgba(inPicture ? style.fill : style.color);
    const behind = inPicture ? under(one) : ground(one);
    const size = parseFloat(style.fontSize);
    const least = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    const has = ratio(over(colour, behind), behind);
    const key = `${style.color}${style.fill}${behind}${one.className}`;
    if (has < least - 0.005 && !told.has(key)) {
      told.add(key);
      wrong("contrast", one, `${has.toFixed(2)} of ${least}`);
    }
  }

  // Hands: every field has a label, everything that acts has a name and is reached by Tab, wide tables as well.
  for (const one of document.querySelectorAll("input, select, textarea, button, a[href], summary, [hx-get], [hx-post]")) {
    if (!isShown(one) || one.type === "hidden") continue;
    const isField = ["INPUT", "SELECT", "TEXTAREA"].includes(one.tagName) && !["submit", "button"].includes(one.type);
    const by = one.getAttribute("aria-labelledby");
    const label = one.getAttribute("aria-label") || (by && document.getElementById(by)?.textContent) || (isField ? [...(one.labels || [])].map((l) => [...l.childNodes].filter((n) => n !== one).map((n) => n.textContent).join("")).join("") : one.textContent) || (one.querySelector && one.querySelector("title")?.textContent) || "";
    if (!label.trim() && !["FORM", "DETAILS", "DIV"].includes(one.tagName)) wrong(isField ? "label: none" : "name: none", one, one.name || one.getAttribute("href") || "");
    const acts = !["FORM", "DETAILS", "DIV"].includes(one.tagName);
    if (acts && one.tabIndex < 0) wrong("keyboard: not reached by Tab", one);
  }
  for (const one of document.querySelectorAll(".scroll, .picture, .tabs, pre")) {
    if (isShown(one) && one.scrollWidth > one.clientWidth + 1 && one.tabIndex < 0 && !one.querySelector("a, button, input, summary")) wrong("keyboard: scrolls and is not reached", one);
  }
  for (const one of document.querySelectorAll("svg, img, [role=img]")) {
    if (isShown(one) && !one.getAttribute("aria-label") && !one.getAttribute("aria-hidden") && !one.getAttribute("alt") && !one.closest("[aria-label], [aria-hidden]")) wrong("picture: no words for it", one);
  }

  // Emptiness: a table without rows, a part with a heading alone, a page with nearly nothing.
  for (const one of document.querySelectorAll("main table")) {
    if (isShown(one) && ![...one.querySelectorAll("tbody tr, tr")].some((row) => row.closest("thead") === null)) wrong("empty: a table without rows or a sentence", one);
  }
  for (const one of document.querySelectorAll("main section")) {
    if (isShown(one) && [...one.children].filter((child) => !/^H[1-4]$/.test(child.tagName) && (child.textContent.trim() || child.querySelector("input, svg"))).length === 0) wrong("empty: a heading alone", one);
  }
  if (document.querySelector("main").innerText.trim().length < 20) faults.push("empty: the page says nearly nothing");
  return { faults, texts: shownTexts.map(([words, one]) => [words, Boolean(one.closest("code, pre, [lang], textarea, .said") && one.closest("code, pre, [lang], textarea, .said") !== root)]) };
}
