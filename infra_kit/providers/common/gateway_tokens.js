// Tokens: JSON Web Tokens (https://www.rfc-editor.org/rfc/rfc7519) signed by the issuer's keys.
//
// The keys come through nginx's own cache (the location KEYS): for ten minutes, then renewed behind the visitors' backs,
// and for as long as the issuer is down. A key that is not among them has them fetched again, once a minute at most.

const KEYS = '/.infra-kit/jwks';
const FETCHED_AGAIN_MS = 60000;
const LOOK_AGAIN_MS = 50;
const FETCH_MS = 5000;
const SKEW_SECONDS = 30;
const zone = ngx.shared.keys;

const ALGORITHMS = {
  RS256: {
    kind: (key) => key.kty === 'RSA',
    parts: ['kty', 'n', 'e'],
    key: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
    signature: { name: 'RSASSA-PKCS1-v1_5' },
  },
  ES256: {
    kind: (key) => key.kty === 'EC' && key.crv === 'P-256',
    parts: ['kty', 'crv', 'x', 'y'],
    key: { name: 'ECDSA', namedCurve: 'P-256' },
    signature: { name: 'ECDSA', hash: 'SHA-256' },
  },
};

async function verified(r, asked) {
  const sent = (r.headersIn.Authorization || '').match(/^Bearer +([\w-]+)\.([\w-]+)\.([\w-]+)$/i);
  if (!sent) {
    return refusal(401, 'no-token', { 'WWW-Authenticate': 'Bearer' });
  }
  const header = json(Buffer.from(sent[1], 'base64url'));
  const claims = json(Buffer.from(sent[2], 'base64url'));
  const algorithm = header && Object.keys(ALGORITHMS).includes(header.alg) && ALGORITHMS[header.alg];
  const wrong = !claims || !algorithm || header.crit ? 'token-form' : problem(claims, asked, Date.now() / 1000);
  if (wrong) {
    return invalid(wrong);
  }
  const keys = await fitting(r, header, algorithm, asked);
  if (!keys) {
    return refusal(503, 'no-keys', { 'Retry-After': '5' });
  }
  const signed = Buffer.from(`${sent[1]}.${sent[2]}`);
  const signature = Buffer.from(sent[3], 'base64url');
  for (let i = 0; i < keys.length; i += 1) {
    if (await isSigned(keys[i], algorithm, signature, signed)) {
      return { claims };
    }
  }
  return invalid(keys.length ? 'token-signature' : 'token-key');
}

function refusal(status, reason, headers) {
  return { status, reason, headers };
}

function invalid(reason) {
  return refusal(401, reason, { 'WWW-Authenticate': 'Bearer error="invalid_token"' });
}

function json(text) {
  try {
    const value = JSON.parse(text);
    return value && typeof value === 'object' ? value : null;
  } catch (error) {
    return null;
  }
}

function problem(claims, asked, now) {
  const audience = [].concat(claims.aud);
  if (claims.iss !== asked.issuer) {
    return 'token-issuer';
  }
  if (!audience.some((one) => asked.audience.includes(one))) {
    return 'token-audience';
  }
  if (typeof claims.exp !== 'number' || claims.exp <= now) {
    return 'token-expired';
  }
  return claims.nbf !== undefined && !(claims.nbf <= now + SKEW_SECONDS) ? 'token-not-yet' : '';
}

// Those of the issuer's keys that may have signed; null when there are none of his at all.
async function fitting(r, header, algorithm, asked) {
  const fits = (key) => algorithm.kind(key) && key.use !== 'enc' && (!header.kid || key.kid === header.kid);
  let keys = await known(r, asked);
  if (!(keys || []).some(fits) && await fetchedAgain(r, asked)) {
    keys = await known(r, asked);
  }
  return keys && keys.filter(fits);
}

async function known(r, asked) {
  const remembered = zone.get(asked.jwks_url);
  return remembered ? JSON.parse(remembered) : fetched(r, asked, '');
}

async function fetched(r, asked, args) {
  const answer = await r.subrequest(KEYS, args);
  const set = answer.status === 200 && json(answer.responseText);
  if (!set || !Array.isArray(set.keys)) {
    r.error(`gateway: no keys of the issuer: ${answer.status}`);
    return null;
  }
  zone.set(asked.jwks_url, JSON.stringify(set.keys), asked.remembered_ms);
  return set.keys;
}

// Whether it is worth to look again. Whoever comes while they are being fetched waits for that.
async function fetchedAgain(r, asked) {
  const mark = `again ${asked.jwks_url}`;
  if (zone.add(mark, 'begun', FETCHED_AGAIN_MS)) {
    const keys = await fetched(r, asked, 'again=1');
    zone.set(mark, 'done', FETCHED_AGAIN_MS);
    return keys !== null;
  }
  const waits = zone.get(mark) === 'begun';
  for (let waited = 0; waited < FETCH_MS && zone.get(mark) === 'begun'; waited += LOOK_AGAIN_MS) {
    await new Promise((resolve) => { setTimeout(resolve, LOOK_AGAIN_MS); });
  }
  return waits;
}

async function isSigned(jwk, algorithm, signature, signed) {
  const own = {};
  algorithm.parts.forEach((part) => { own[part] = jwk[part]; });
  try {
    const key = await crypto.subtle.importKey('jwk', own, algorithm.key, false, ['verify']);
    return await crypto.subtle.verify(algorithm.signature, key, signature, signed);
  } catch (error) {
    // A key or a signature of a broken form proves nothing.
    return false;
  }
}

// A claim as a header's value: one line, whatever is in it.
function text(claim) {
  if (claim === undefined || claim === null) {
    return '';
  }
  return typeof claim === 'string' && !/[\x00-\x1f\x7f]/.test(claim) ? claim : JSON.stringify(claim);
}

export default { verified, text };
