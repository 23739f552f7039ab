/** Pulse in Vue 3.3 or newer: a composable and a component. */
import { defineComponent, h, onMounted, onScopeDispose, ref, shallowRef, toValue, watch } from 'vue';
import { IDLE, follow } from './follow.js';

/** The widget for one customer; options may be a ref or a getter. `customerId: null` takes it away. */
export const usePulse = (options) => {
  const state = shallowRef(IDLE);
  if (typeof window == 'undefined') return state;
  let stop = () => {};
  const start = () => {
    stop();
    stop = follow(toValue(options), (next) => (state.value = next));
  };
  watch(() => [toValue(options).customerId, toValue(options).apiUrl, toValue(options).mount], start, {
    immediate: true,
  });
  onScopeDispose(() => stop());
  return state;
};

/** The same as an element. With `inline` the panel stands here, without a launcher. */
export const PulseWidget = defineComponent({
  name: 'PulseWidget',
  props: { customerId: String, apiUrl: String, getToken: Function, token: String, inline: Boolean, options: Object },
  setup(props) {
    const place = ref(null);
    const isMounted = ref(false);
    onMounted(() => (isMounted.value = true));
    usePulse(() => ({
      ...props.options,
      apiUrl: props.apiUrl,
      token: props.token,
      getToken: props.getToken,
      customerId: props.inline && !isMounted.value ? null : (props.customerId ?? null),
      ...(props.inline && { mount: place.value }),
    }));
    return () => (props.inline ? h('div', { ref: place }) : null);
  },
});
