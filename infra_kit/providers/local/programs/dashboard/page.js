"use strict";
// Brings new figures every few seconds, and tells what a chart shows where it is pointed at.

const state = document.getElementById("state");
const tip = document.getElementById("tip");
const seconds = Number(document.body.dataset.refresh);
let answered = new Date();

function clock(time) {
  return time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

async function renew() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelector("main").replaceWith(page.querySelector("main"));
    tip.hidden = true;
    answered = new Date();
    state.className = "";
    state.textContent = `as of ${clock(answered)}`;
  } catch {
    state.className = "lost";
    state.textContent = `no answer since ${clock(answered)}: is the stack stopped?`;
  }
}

function nearest(points, at) {
  let found = null;
  for (const point of points) {
    if (!found || Math.abs(point[0] - at) < Math.abs(found[0] - at)) found = point;
  }
  return found;
}

function show(event) {
  const figure = event.target.closest?.("figure");
  if (!figure || !event.target.closest(".chart")) return hide();
  const svg = figure.querySelector("svg");
  const box = svg.viewBox.baseVal;
  const place = svg.getBoundingClientRect();
  const [left, right] = [Number(svg.dataset.left), Number(svg.dataset.right)];
  const x = ((event.clientX - place.left) / place.width) * box.width;
  if (x < left || x > right) return hide();
  const since = Number(figure.dataset.since);
  const until = Number(figure.dataset.until);
  const at = since + ((x - left) / (right - left)) * (until - since);
  const lines = JSON.parse(figure.dataset.lines);
  const near = (until - since) / 40;
  const said = lines.map(({ label, unit, points }) => {
    const point = nearest(points, at);
    return point && Math.abs(point[0] - at) <= near ? `${label}: ${point[1]}${unit}` : `${label}: –`;
  });
  hide();
  const cursor = svg.querySelector(".cursor");
  cursor.setAttribute("x1", x);
  cursor.setAttribute("x2", x);
  cursor.classList.add("on");
  tip.textContent = [clock(new Date(at * 1000)), ...said].join("\n");
  tip.hidden = false;
  tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 4))}px`;
  tip.style.top = `${Math.max(4, Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 4))}px`;
}

function hide() {
  tip.hidden = true;
  document.querySelectorAll(".cursor.on").forEach((it) => it.classList.remove("on"));
}

document.addEventListener("pointermove", show);
document.addEventListener("pointerleave", hide);
document.addEventListener("visibilitychange", renew);
state.textContent = `as of ${clock(answered)}`;
setInterval(renew, seconds * 1000);
