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

// <select data-sends> submits its form when it changes, so its button is not needed.
for (const select of document.querySelectorAll("select[data-sends], input[data-sends]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

// <input data-chooses="ID">: filling it in also selects the radio button with that id.
for (const input of document.querySelectorAll("input[data-chooses]")) {
  input.addEventListener("input", () => { document.getElementById(input.dataset.chooses).checked = true; });
}
