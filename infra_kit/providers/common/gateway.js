// What a gateway does with a request before a service gets it. `policy` is gateway.json, preloaded by nginx.
import filter from 'gateway_filter.js';
import limits from 'gateway_limits.js';
import tokens from 'gateway_tokens.js';

function refuse(r, status, reason, headers) {
  Object.keys(headers || {}).forEach((name) => { r.headersOut[name] = headers[name]; });
  r.variables.refusal = reason;
  r.return(status);
}

function filtered(r) {
  const found = filter.ambiguous(r) ? 'ambiguous-path' : policy.waf && filter.attack(r);
  if (!found) {
    return false;
  }
  const path = JSON.stringify(r.variables.request_uri.split('?')[0].slice(0, 200));
  r.warn(`gateway: refused ${found}: ${JSON.stringify(r.method)} ${path} from ${r.variables.visitor}`);
  refuse(r, found === 'ambiguous-path' ? 400 : 403, found);
  return true;
}

function limited(r, limit, who) {
  const wait = limits.take(limit, who, Date.now());
  if (!wait) {
    return false;
  }
  refuse(r, 429, 'rate-limit', { 'Retry-After': String(Math.ceil(wait / 1000)) });
  return true;
}

// A browser asks whether it may send a token before it sends one (https://fetch.spec.whatwg.org/#cors-preflight-fetch).
function isPreflight(r) {
  return r.method === 'OPTIONS' && r.headersIn.Origin && r.headersIn['Access-Control-Request-Method'];
}

function tell(r, claims) {
  Object.keys(policy.jwt.claims).forEach((variable) => {
    r.variables[variable] = tokens.text(claims[policy.jwt.claims[variable]]);
  });
}

async function access(r) {
  const route = policy.routes[r.variables.route];
  const address = limits.network(r.variables.visitor);
  if (filtered(r) || limited(r, route.by_address, () => address) || !route.jwt || isPreflight(r)) {
    return;
  }
  const token = await tokens.verified(r, policy.jwt);
  if (!token.claims) {
    refuse(r, token.status, token.reason, token.headers);
    return;
  }
  if (!limited(r, route.by_token, (limit) => tokens.text(token.claims[limit.claim]))) {
    tell(r, token.claims);
  }
}

export default { access };
