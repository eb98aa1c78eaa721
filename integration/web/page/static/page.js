// Everything works without this file; it only makes two things nicer.
"use strict";

// A second press on a button would send the form again.
document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("button")) {
    setTimeout(() => { button.disabled = true; });
  }
});

// Back to a page from the browser's cache: its buttons work again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    for (const button of document.querySelectorAll("button:disabled")) button.disabled = false;
  }
});

// <select data-sends> sends its form when it is changed; its button is then not needed.
for (const select of document.querySelectorAll("select[data-sends], input[data-sends]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

// <input data-chooses="ID">: whoever fills it in has chosen the radio button of that id.
for (const input of document.querySelectorAll("input[data-chooses]")) {
  input.addEventListener("input", () => { document.getElementById(input.dataset.chooses).checked = true; });
}
