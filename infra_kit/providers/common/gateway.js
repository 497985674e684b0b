// What a gateway does with a request before a service gets it.
import filter from 'gateway_filter.js';
import limits from 'gateway_limits.js';
import tokens from 'gateway_tokens.js';

async function decide(r) {
  const policy = JSON.parse(r.variables.policy);
  const address = limits.network(r.variables.visitor);
  if (filtered(r, policy.waf) || limited(r, policy.by_address, () => address) || !policy.jwt || isPreflight(r)) {
    return;
  }
  const token = await tokens.verified(r, policy.jwt);
  if (!token.claims) {
    refuse(r, token.status, token.reason, token.headers);
  } else if (!limited(r, policy.by_token, (limit) => tokens.text(token.claims[limit.claim]))) {
    tell(r, policy.jwt.claims, token.claims);
  }
}

// nginx lets a request through whose handler failed: this one does not.
async function access(r) {
  try {
    await decide(r);
  } catch (error) {
    r.error(`gateway: ${error}`);
    r.return(500);
  }
}

function refuse(r, status, reason, headers) {
  Object.keys(headers || {}).forEach((name) => { r.headersOut[name] = headers[name]; });
  r.variables.refusal = reason;
  r.return(status);
}

function filtered(r, waf) {
  const found = r.variables.ambiguous ? 'ambiguous-path' : waf && filter.attack(r);
  if (!found) {
    return false;
  }
  const path = JSON.stringify(r.variables.request_uri.split('?')[0].slice(0, 200));
  r.warn(`gateway: refused ${found}: ${JSON.stringify(r.method)} ${path} from ${r.variables.visitor}`);
  refuse(r, found === 'ambiguous-path' ? 400 : 403, found);
  return true;
}

function limited(r, asked, who) {
  const wait = limits.take(asked, who, Date.now());
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

function tell(r, asked, claims) {
  Object.keys(asked).forEach((variable) => { r.variables[variable] = tokens.text(claims[asked[variable]]); });
}

export default { access };
