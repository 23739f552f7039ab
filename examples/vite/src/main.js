/** One app, one way to use the package a page: ?with=react (vue, svelte, headless, init, bundled). */
const asked = new URLSearchParams(location.search);
const ways = import.meta.glob('./with-*.js');

export const apiUrl = asked.get('api') || 'https://HOST';

export const getToken = async () => {
  const response = await fetch('/pulse-token');
  if (!response.ok) throw new Error(String(response.status));
  return response.text();
};

ways[`./with-${asked.get('with') || 'react'}.js`]().then(({ start }) =>
  start(document.querySelector('#app'), { apiUrl, getToken }),
);
