"use strict";
// The page works without this: it only brings what changes, and reveals without loading the page again.

const EVERY = 3000;
const HIDES = 30000;
const MASK = "••••••••";

function text(where, what) {
  if (where && where.textContent !== what) where.textContent = what;
}

function show(told) {
  text(document.getElementById("summary"), told.summary);
  document.getElementById("summary").classList.toggle("bad", told.bad);
  text(document.getElementById("looked"), told.looked);
  for (const part of document.querySelectorAll("[data-part]")) {
    const now = told.parts[part.dataset.part];
    if (!now) continue;
    const state = part.querySelector(".state");
    state.className = "state " + now.state;
    text(state, now.label);
    text(part.querySelector("[data-since]"), now.since);
    text(part.querySelector("[data-detail]"), now.detail);
  }
  text(document.getElementById("failure"), told.failure);
  list("alerts", told.alerts.length ? told.alerts.map(line) : [quiet(told.failure ? "It is not known whether an alert is firing." : "No alert is firing.")]);
  if (told.copies.length) list("copies", told.copies.map(line));
}

function list(id, lines) {
  document.getElementById(id).replaceChildren(...lines);
}

function line(it) {
  const made = quiet("");
  made.className = it.level ? (it.bad ? "" : "quiet") : it.bad ? "bad" : "";
  for (const [tag, kind, what] of [["span", "level", it.level], ["b", "", it.title], ["span", "", it.text]]) {
    if (!what) continue;
    const piece = document.createElement(tag);
    piece.className = kind;
    piece.textContent = what;
    made.append(piece, " ");
  }
  return made;
}

function quiet(what) {
  const made = document.createElement("li");
  made.className = "quiet";
  made.textContent = what;
  return made;
}

async function refresh() {
  try {
    const answer = await fetch("/states", { headers: { Accept: "application/json" } });
    if (answer.status === 401) return location.reload();
    if (answer.ok) show(await answer.json());
  } catch {
    text(document.getElementById("summary"), "The panel does not answer.");
    document.getElementById("summary").classList.add("bad");
  }
}

async function reveal(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const value = form.parentElement.querySelector("[data-value]");
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch("/reveal", { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
  if (!answer.ok) return location.reload();
  const secret = (await answer.json()).value;
  text(value, secret);
  form.replaceChildren(button("Copy", () => navigator.clipboard.writeText(secret)), button("Hide", hide));
  form.querySelector("button").focus();
  const later = setTimeout(hide, HIDES);

  function hide() {
    clearTimeout(later);
    const held = form.contains(document.activeElement);
    text(value, MASK);
    form.replaceChildren(...saved.get(form));
    if (held) form.querySelector("button").focus();
  }
}

function button(label, does) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "plain";
  made.textContent = label;
  made.addEventListener("click", does);
  return made;
}

const saved = new Map();
for (const form of document.querySelectorAll("[data-reveal]")) {
  saved.set(form, [...form.children]);
  form.addEventListener("submit", reveal);
}
setInterval(() => document.hidden || refresh(), EVERY);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
