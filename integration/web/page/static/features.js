// Switches are pressed without leaving the page, and boxes are ticked together. Everything works without this file.
"use strict";

const said = document.createElement("p");
said.className = "unseen";
said.setAttribute("aria-live", "polite");
document.querySelector("main").append(said);

// "off meetings ID" is the value of a switch that is on: what it leads to, and what it is of.
const ofWhat = (button) => button.value.slice(button.value.indexOf(" "));
const waiting = new Set(); // what was pressed and is not answered yet
let last = Promise.resolve();

// A double click is one press.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[role=switch]");
  if (button && (waiting.has(ofWhat(button)) || event.detail > 1)) event.preventDefault();
}, true);

// One after another, so that no answer is older than what the page shows.
document.addEventListener("submit", (event) => {
  const form = event.target, pressed = event.submitter;
  if (!("inPlace" in form.dataset) || !pressed) return;
  event.preventDefault();
  const at = pressed.getAttribute("role") === "switch" ? pressed : switchBeside(form);
  const body = new URLSearchParams(new FormData(form, pressed));
  waiting.add(ofWhat(at));
  last = last.then(() => send(form, pressed, body, at)).finally(() => { waiting.delete(ofWhat(at)); });
});

async function send(form, pressed, body, at) {
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    if (!answer.ok) throw new Error(answer.status);
    show(new DOMParser().parseFromString(await answer.text(), "text/html"), at, form.id === "press");
  } catch {
    // Signed out, or no network: the browser shows what is wrong.
    delete form.dataset.inPlace;
    pressed.disabled = false;
    setTimeout(() => { form.requestSubmit(pressed); });
  }
}

function switchBeside(form) {
  return form.closest(".flash").parentElement.querySelector("button[role=switch]");
}

// Takes over what the form's next page says. The list on this page stays as it is, with its ticks,
// even if its filter no longer finds the person.
function show(page, at, isPress) {
  const fresh = new Map([...page.querySelectorAll("button[role=switch]")].map((one) => [ofWhat(one), one]));
  for (const button of document.querySelectorAll("button[role=switch]")) {
    const twin = fresh.get(ofWhat(button));
    if (twin) for (const name of ["value", "class", "aria-checked"]) button.setAttribute(name, twin.getAttribute(name));
    else if (button === at && isPress) turn(button);
  }
  const parts = new Map([...page.querySelectorAll("[data-part]")].map((one) => [one.dataset.part, one]));
  for (const part of document.querySelectorAll("[data-part]")) {
    const twin = parts.get(part.dataset.part);
    if (twin) part.replaceWith(document.adoptNode(twin));
  }
  report(page.querySelector(".flash"), at);
}

function turn(button) {
  const [to] = button.value.split(" ", 1);
  button.setAttribute("aria-checked", to === "on");
  button.value = (to === "on" ? "off" : "on") + ofWhat(button);
}

// The message is beside the switch for the keyboard, and at the edge of the window for the eye.
function report(flash, at) {
  const former = document.querySelector("main .flash"), here = document.activeElement;
  const isLost = here === document.body || Boolean(former?.contains(here));
  former?.remove();
  if (isLost) at.focus();
  if (!flash) return;
  said.textContent = (flash.querySelector("p") ?? flash).textContent;
  flash.classList.add("flash-here");
  for (const one of [flash, ...flash.querySelectorAll("[role]")]) one.removeAttribute("role");
  flash.querySelector("form")?.setAttribute("data-in-place", "");
  at.parentElement.append(document.adoptNode(flash));
}

// <input data-ticks="NAME"> ticks all boxes of that name; [data-ticked] counts them.
const boxes = (name) => [...document.querySelectorAll(`input[name="${name}"]`)];
for (const all of document.querySelectorAll("input[data-ticks]")) {
  all.addEventListener("change", () => {
    for (const box of boxes(all.dataset.ticks)) box.checked = all.checked;
  });
}
for (const count of document.querySelectorAll("[data-ticked]")) {
  const none = count.textContent;
  document.addEventListener("change", () => {
    const ticked = boxes(count.dataset.ticked).filter((box) => box.checked).length;
    count.textContent = ticked ? `${ticked} selected` : none;
  });
}
