/** What a customer token says about itself. The server checks it; we only read it. */

/** The code of having no token because nobody is signed in. */
export const SIGNED_OUT = 'SIGNED_OUT';

/**
 * @param {string} token
 * @returns {{customer_id?: string, business_id?: string, iat?: number, exp?: number}}
 */
export const claims = (token) => {
  try {
    const part = token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/');
    // escape() turns the bytes of atob() into what decodeURIComponent reads as UTF-8.
    return JSON.parse(decodeURIComponent(escape(atob(part)))) || {};
  } catch {
    return {};
  }
};

/**
 * Whom a token speaks for: the same text for two tokens of the same customer. Empty for what is no
 * token: an error page, an empty answer, an object.
 * @param {any} token
 */
export const owner = (token) => {
  const { business_id, customer_id } = claims(token);
  // A subprotocol may hold these characters only; a token has no others.
  return business_id && customer_id && /^[\w.-]+$/.test(token) ? `${business_id}/${customer_id}` : '';
};

/**
 * Milliseconds until a fresh token should be asked for: after four fifths of what is left. A
 * device whose clock is wrong falls back on the token's whole life. A timer holds 24 days at most.
 * @param {string} token
 */
export const renewIn = (token) => {
  const { iat = 0, exp = 1e9 } = claims(token);
  const life = exp - iat;
  const left = exp - Date.now() / 1e3;
  return Math.min(Math.max(left > 0 && left < life ? left : life, 5) * 800, 2e9);
};
