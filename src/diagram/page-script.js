"use strict";
const search = document.getElementById("search");
const found = document.getElementById("found");
const entries = [...document.querySelectorAll(".entry")];
const texts = entries.map((entry) => entry.textContent.toLowerCase());
const groups = [...document.querySelectorAll(".group")];
search.addEventListener("input", () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let number = 0;
  entries.forEach((entry, index) => {
    const fits = words.every((word) => texts[index].includes(word));
    entry.hidden = !fits;
    if (fits) number += 1;
  });
  for (const group of groups) group.hidden = !group.querySelector(".entry:not([hidden])");
  found.textContent = words.length > 0 ? number + " of " + entries.length : "";
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== search && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    search.focus();
  } else if (event.key === "Escape" && document.activeElement === search) {
    search.value = "";
    search.dispatchEvent(new Event("input"));
  }
});
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let at = target; at; at = at.parentElement) {
    at.hidden = false;
    if (at.tagName === "DETAILS") at.open = true;
  }
  target.scrollIntoView();
  (target.querySelector("summary") ?? target).focus();
}
addEventListener("hashchange", openTarget);
openTarget();
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const one of opened) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of opened) one.open = false;
});
