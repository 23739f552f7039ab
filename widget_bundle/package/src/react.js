'use client';
/** Pulse in React 18 or newer: a hook and a component. */
import { createElement, useEffect, useRef, useState } from 'react';
import { IDLE, follow } from './follow.js';

/**
 * The widget for one customer; `customerId: null` takes it away. Another customer or address starts
 * anew; other options count at the next start.
 */
export const usePulse = (options) => {
  const [state, setState] = useState(IDLE);
  const latest = useRef(options);
  latest.current = options;
  useEffect(() => {
    const given = latest.current;
    const getToken = given.getToken && (() => latest.current.getToken());
    return follow({ ...given, getToken }, setState);
  }, [options.customerId, options.apiUrl]);
  return state;
};

/** The same as an element. With `inline` the panel stands here, without a launcher. */
export const PulseWidget = ({ inline = false, className, ...options }) => {
  const place = useRef(null);
  const [mount, setMount] = useState(null);
  useEffect(() => setMount(inline ? place.current : null), [inline]);
  const waiting = inline && !mount;
  usePulse({ ...options, ...(mount && { mount }), ...(waiting && { customerId: null }) });
  return inline ? createElement('div', { ref: place, className }) : null;
};
