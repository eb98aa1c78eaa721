// Everything works without this file; it only adds convenience.
"use strict";

// A second press on a button would send the form again.
document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("button")) {
    setTimeout(() => { button.disabled = true; });
  }
});

// On a page that returns from the browser's cache, the buttons work again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    for (const button of document.querySelectorAll("button:disabled")) button.disabled = false;
  }
});

// <select data-sends> and <input data-sends> submit their form when they change, so its button is not
// needed. A date that is typed changes with each digit: it is sent with Enter.
for (const field of document.querySelectorAll("select[data-sends], input[data-sends]")) {
  let isTyped = false;
  field.addEventListener("keydown", (event) => { isTyped = field.type === "date" && event.key !== " "; });
  field.addEventListener("pointerdown", () => { isTyped = false; });
  field.addEventListener("change", () => {
    if (!isTyped && field.checkValidity()) field.form.requestSubmit();
  });
}

// <a data-ticks="page">: selects the boxes of the list's rows without loading the page again: all of
// them ("page"), those with this data-tick, or none ("").
for (const link of document.querySelectorAll("a[data-ticks]")) {
  link.addEventListener("click", (event) => {
    const kind = link.dataset.ticks;
    for (const box of link.closest("form").querySelectorAll("input[name=zoom_user]")) {
      box.checked = kind !== "" && (kind === "page" || box.dataset.tick === kind);
    }
    event.preventDefault();
  });
}

// <input data-chooses="ID"> and <select data-chooses="ID">: filling it in also selects the radio button or box with that id.
for (const input of document.querySelectorAll("[data-chooses]")) {
  input.addEventListener("input", () => { document.getElementById(input.dataset.chooses).checked = true; });
}

// The / key moves to the search field, unless something is being typed; Escape leaves it.
document.addEventListener("keydown", (event) => {
  const field = document.getElementById("search"), here = document.activeElement;
  if (!field || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const isTyping = here.isContentEditable || here.matches("input, select, textarea");
  if (event.key === "/" && !isTyping) {
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === "Escape" && here === field) {
    field.blur();
  }
});

// <div id="ID" data-live="SECONDS">: this part is fetched again and replaced while the tab is seen, until
// the page no longer asks for it. What #ID-said says is read out when its data-says has changed.
function keyOf(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  if (element.matches("a[href]")) return `a[href="${CSS.escape(element.getAttribute("href"))}"]`;
  const form = element.closest("form[action]");
  return form ? `form[action="${CSS.escape(form.getAttribute("action"))}"] ${element.localName}` : null;
}

async function lookAgain(part, seen) {
  const answer = await fetch(location.href, { redirect: "error" });
  if (!answer.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = page.getElementById(part.id);
  if (!next) return false;
  if (next.innerHTML !== seen.html) {
    const here = document.activeElement, key = part.contains(here) ? keyOf(here) : null;
    seen.html = next.innerHTML;
    part.innerHTML = next.innerHTML;
    if (key) (part.querySelector(key) ?? document.getElementById("content")).focus({ preventScroll: true });
  }
  const said = document.getElementById(`${part.id}-said`);
  if (said && next.dataset.says !== part.dataset.says) said.textContent = next.dataset.says ?? "";
  part.dataset.says = next.dataset.says ?? "";
  if (next.dataset.live) part.dataset.live = next.dataset.live;
  return Boolean(next.dataset.live);
}

async function keepLive(part) {
  const seen = { html: part.innerHTML };
  let isLive = true;
  while (isLive) {
    await new Promise((resolve) => { setTimeout(resolve, part.dataset.live * 1000); });
    if (document.hidden) {
      await new Promise((resolve) => { document.addEventListener("visibilitychange", resolve, { once: true }); });
    }
    try { isLive = await lookAgain(part, seen); } catch { /* No answer: asked again later. */ }
  }
}
for (const part of document.querySelectorAll("[data-live]")) keepLive(part);
