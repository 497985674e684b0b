// The firewall: signatures of common attacks in a request's method, path, query and headers, each by the name that the
// log tells. A small choice of what the OWASP Core Rule Set looks for at its lowest paranoia level
// (https://coreruleset.org/docs/2-how-crs-works/2-2-paranoia_levels/), for which an honest request matters more than one
// more bad one. It reads no bodies, and stands in for no service that checks its input. No pattern has two ways to match
// the same blanks: none takes long, whatever is sent.

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const MOST_HEADERS = 100;
const MOST_PARAMETERS = 256;
const MOST_RANGES = 5;
const MEDIA_TYPE = /^[\w.+*-]+\/[\w.+*-]+(\s*;\s*[\w-]+=("[^"]*"|[^\s;"]+))*\s*(;\s*)?$/;

const QUERY = {
  'sql-injection': [
    /\bunion\s+(all\s+|distinct\s+)?select\b/,
    /['"`)]\s*(or|and|\|\||&&)\s*(['"`(]+\s*)*[\w.]+['"`]?\s*(=|<|>|like\b)/,
    /\b(or|and)\s+(\d+)\s*=\s*\2\b/,
    /;\s*(drop|truncate|alter)\s+(table|database|schema)\b|;\s*(delete\s+from|insert\s+into|update\s+\w+\s+set)\b/,
    /\b(pg_sleep|sleep|benchmark|load_file|extractvalue|updatexml)\s*\(|\bwaitfor\s+delay\s*['"]|\bxp_cmdshell\b/,
    /\bselect\b.{1,100}\bfrom\s+(information_schema|pg_catalog|mysql|sqlite_master)\b/,
    /['"]\s*(;\s*)?(--|#|\/\*)\s*$/,
  ],
  'cross-site-scripting': [
    /<\s*(\/\s*)?script\b/,
    /<[^>]{0,200}[\s\/"']on[a-z]{3,20}\s*=/,
    /<\s*(iframe|object|embed)\b/,
    /\b(java|vb)script\s*:/,
  ],
};
const ANYWHERE = {
  'path-traversal': [/(^|[\/\\=])\.\.[\/\\;]/, /\/etc\/(passwd|shadow)\b/, /\b(proc\/self|win\.ini|boot\.ini)\b/],
  'null-byte': [/\x00/],
  'header-injection': [/[\r\n]\s*(set-cookie|location|content-(type|length)|http\/1)\b/],
};
const PATH = {
  'double-encoding': [/%25(2e|2f|5c|00)/],
  'hidden-file': [/\/\.(git|svn|hg|env|htaccess|htpasswd|aws|ssh)(\/|\.|$)/],
};
const HEADERS = { 'code-in-header': [/\$\{\s*(jndi|env|sys|lower|upper|:)/, /^\(\)\s*\{/] };

function attack(r) {
  const path = r.variables.request_uri.split('?')[0].toLowerCase();
  const query = decoded(r.variables.args || '');
  const headers = r.rawHeadersIn.filter((header) => !/^(cookie|authorization)$/i.test(header[0]));
  return anomaly(r)
    || match(QUERY, query)
    || match(ANYWHERE, query)
    || match(PATH, path)
    || match(ANYWHERE, decoded(path))
    || headers.map((header) => match(HEADERS, header[1].toLowerCase())).find((found) => found)
    || match(HEADERS, `${decoded(path)} ${query}`);
}

function anomaly(r) {
  const h = r.headersIn;
  const hasBody = Number(h['Content-Length'] || 0) > 0 || h['Transfer-Encoding'];
  if (!METHODS.includes(r.method)) {
    return 'method';
  }
  if (hasBody && ['GET', 'HEAD'].includes(r.method)) {
    return 'body-of-a-read';
  }
  if (r.rawHeadersIn.length > MOST_HEADERS || (h.Range || '').split(',').length > MOST_RANGES) {
    return 'too-many-headers';
  }
  if ((r.variables.args || '').split('&').length > MOST_PARAMETERS) {
    return 'too-many-parameters';
  }
  return h['Content-Type'] && !MEDIA_TYPE.test(h['Content-Type']) ? 'content-type' : '';
}

function match(rules, text) {
  return Object.keys(rules).find((name) => rules[name].some((rule) => rule.test(text))) || '';
}

// In lower case, with comments as the blanks that a database takes them for.
function decoded(text) {
  const byte = (all, code) => String.fromCharCode(parseInt(code, 16));
  const plain = text.replace(/\+/g, ' ').replace(/%([0-9a-f]{2})/gi, byte);
  return plain.toLowerCase().replace(/\/\*.{0,200}?\*\//g, ' ');
}

export default { attack };
