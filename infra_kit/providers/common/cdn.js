// What nginx's own language cannot say: which cookies go to an origin, headers that
// replace those of an answer, and the signature of a request to a bucket (AWS
// Signature Version 4, https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html), which stays
// closed to everybody else.
import crypto from 'crypto';

const SIGNED_HEADERS = 'host;x-amz-content-sha256;x-amz-date';
const PAYLOAD = 'UNSIGNED-PAYLOAD';

function hmac(key, text) {
  return crypto.createHmac('sha256', key).update(text).digest();
}

function encode(text) {
  const percent = (character) => '%' + character.charCodeAt(0).toString(16).toUpperCase();
  return encodeURIComponent(text).replace(/[!'()*]/g, percent);
}

function decode(text) {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch (error) {
    return text;
  }
}

function path(r) {
  return `/${r.variables.s3_bucket}${r.variables.uri.split('/').map(encode).join('/')}`;
}

function query(r) {
  const pairs = (r.variables.args || '').split('&').filter((pair) => pair);
  return pairs.map((pair) => {
    const parts = pair.split('=');
    return `${encode(decode(parts[0]))}=${encode(decode(parts.slice(1).join('=')))}`;
  }).sort().join('&');
}

function date() {
  return new Date().toISOString().replace(/[-:]|\.\d+/g, '');
}

function authorization(r) {
  const v = r.variables;
  const scope = `${v.s3_date.slice(0, 8)}/${v.s3_region}/s3/aws4_request`;
  const request = [
    'GET', v.s3_path, v.s3_query,
    `host:${v.s3_host}`, `x-amz-content-sha256:${PAYLOAD}`, `x-amz-date:${v.s3_date}`, '',
    SIGNED_HEADERS, PAYLOAD,
  ].join('\n');
  const digest = crypto.createHash('sha256').update(request).digest('hex');
  const key = scope.split('/').reduce(hmac, `AWS4${v.s3_secret_key}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', v.s3_date, scope, digest].join('\n')).toString('hex');
  const credential = `${v.s3_access_key}/${scope}`;
  return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${SIGNED_HEADERS}, Signature=${signature}`;
}

function cookies(r) {
  const wanted = r.variables.wanted_cookies.split(',');
  const sent = (r.headersIn.Cookie || '').split(/; */);
  return sent.filter((pair) => wanted.includes(pair.split('=')[0])).sort().join('; ');
}

function headers(r) {
  const told = JSON.parse(r.variables.response_headers);
  Object.keys(told).forEach((name) => { r.headersOut[name] = told[name]; });
}

// Of an answer that went well: an error would be kept by browsers as long.
function told(r) {
  if (r.variables.response_headers) {
    headers(r);
  }
  if (r.status < 400) {
    r.headersOut['Cache-Control'] = r.variables.cache_control;
  }
}

export default { path, query, date, authorization, cookies, headers, told };
