/**
 * The demo shop: a host page like any other. It signs its customers in, hands the widget a token by
 * callback, and places orders that move the score.
 */
(() => {
  const find = (selector) => document.querySelector(selector);
  const picker = find('#customer');
  const simulation = find('#simulation');
  const cancel = find('#cancel');
  const said = find('#said');
  const money = new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'GBP' });
  const orders = [];
  let quiet;

  const say = (text) => {
    said.textContent = text;
    clearTimeout(quiet);
    quiet = setTimeout(() => (said.textContent = ''), 5000);
  };

  const call = async (method, path, body) => {
    const answer = await fetch(path, {
      method,
      headers: body && { 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    const content = await answer.json();
    if (!answer.ok) throw new Error(content.message);
    return content.data;
  };

  const getToken = async () => {
    const { token } = await call('GET', `/demo/shop/token?customer_id=${encodeURIComponent(picker.value)}`);
    return token;
  };

  const order = async (sku, amount, text) => {
    try {
      await call('POST', '/demo/shop/orders', { customer_id: picker.value, sku, amount });
      if (amount > 0) orders.push([sku, amount]);
      else orders.pop();
      cancel.disabled = !orders.length;
      const total = orders.reduce((sum, [, value]) => sum + value, 0);
      find('#basket').textContent = orders.length
        ? `${orders.length} ${orders.length == 1 ? 'order' : 'orders'} today · ${money.format(total)}`
        : 'No orders today';
      say(text);
    } catch (error) {
      say(`That did not work: ${error.message}`);
    }
  };

  for (const card of document.querySelectorAll('article')) {
    const { sku, amount } = card.dataset;
    const title = card.querySelector('h3').textContent;
    const price = document.createElement('span');
    price.className = 'price';
    price.textContent = money.format(amount);
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Order';
    button.setAttribute('aria-label', `Order ${title}`);
    button.addEventListener('click', () => order(sku, Number(amount), `Ordered: ${title}`));
    card.append(price, button);
  }

  cancel.disabled = true;
  cancel.addEventListener('click', () => {
    const [sku, amount] = orders[orders.length - 1];
    order(sku, -amount, 'The last order is cancelled');
  });

  simulation.addEventListener('change', async () => {
    try {
      const { running } = await call('PUT', '/demo/simulation', { running: simulation.checked });
      simulation.checked = running;
    } catch (error) {
      simulation.checked = !simulation.checked;
      say(`That did not work: ${error.message}`);
    }
  });

  picker.addEventListener('change', async () => {
    orders.length = 0;
    cancel.disabled = true;
    find('#basket').textContent = 'No orders today';
    history.replaceState(null, '', `?customer=${encodeURIComponent(picker.value)}`);
    await window.PulseWidget.identify(await getToken());
  });

  const start = async () => {
    const customers = await call('GET', '/demo/shop/customers');
    for (const { customer_id, name, note } of customers) {
      picker.append(new Option([name || customer_id, note].filter(Boolean).join(' · '), customer_id));
    }
    const wanted = new URLSearchParams(location.search).get('customer');
    if (wanted) picker.value = wanted;
    if (!picker.value) picker.selectedIndex = 0;
    await window.PulseWidget.init({ getToken, apiUrl: location.origin, accent: '#a4552f' });
    const { running } = await call('GET', '/demo/simulation');
    simulation.checked = running;
  };
  addEventListener('DOMContentLoaded', () => start().catch((error) => say(error.message)));
})();
