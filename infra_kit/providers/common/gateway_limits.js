// Rate limits: how many requests of a visitor are within a window that slides with him.
//
// A visitor's requests are kept as [when, how many] in steps of `step` ms. Where few are allowed the step is 1 ms, and
// the window is exact; where many are, it is a 60th of the window, and a whole step counts until its last moment is out
// of the window: never more than `most` get through in any window, and nobody waits longer than a step too much.
// A limit with a burst also keeps `due`: when the visitor's requests will be made up for at the rate of the limit
// (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm), so that on average there are no more than without one.
// All limits of a request are counted, or none: what one of them refuses costs nothing of the others.
//
// nginx runs one worker, and nothing here waits: reading and writing a count is one step.

const zone = ngx.shared.limits;

function take(limits, who, now) {
  const looks = limits.map((limit) => look(limit, `${limit.key} ${who(limit)}`, now));
  const wait = looks.reduce((most, it) => Math.max(most, it.wait), 0);
  if (!wait) {
    looks.forEach((it) => count(it, now));
  }
  return wait;
}

function look(limit, key, now) {
  const kept = JSON.parse(zone.get(key) || '{"due":0,"steps":[]}');
  const leaves = (step) => (step[0] + 1) * limit.step - 1 + limit.per;
  const steps = kept.steps.filter((step) => leaves(step) > now);
  let over = steps.reduce((sum, step) => sum + step[1], 0) + 1 - limit.most;
  let wait = 0;
  for (let i = 0; i < steps.length && over > 0; i += 1) {
    over -= steps[i][1];
    wait = leaves(steps[i]) - now;
  }
  const due = Math.max(kept.due, now) + limit.per / limit.requests;
  if (limit.most > limit.requests) {
    wait = Math.max(wait, Math.ceil(due - now - limit.per / limit.requests * limit.most));
  }
  return { limit, key, steps, due, wait };
}

function count(it, now) {
  const step = Math.floor(now / it.limit.step);
  const last = it.steps[it.steps.length - 1];
  if (last && last[0] === step) {
    last[1] += 1;
  } else {
    it.steps.push([step, 1]);
  }
  const timeout = Math.max(it.limit.per + it.limit.step, Math.ceil(it.due - now));
  zone.set(it.key, JSON.stringify({ due: it.due, steps: it.steps }), timeout);
}

// Whoever has an IPv6 address has the 2^64 beside it too (https://www.rfc-editor.org/rfc/rfc6177).
function network(address) {
  if (!address.includes(':') || address.includes('.')) {
    return address;
  }
  const halves = address.split('::').map((half) => half.split(':').filter((group) => group));
  const zeros = Array(8 - halves.reduce((sum, half) => sum + half.length, 0)).fill('0');
  return (halves.length > 1 ? halves[0].concat(zeros, halves[1]) : halves[0]).slice(0, 4).join(':');
}

export default { take, network };
