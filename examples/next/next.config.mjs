/** Static export: the pages are rendered on the server side once, by the build. */
export default { output: 'export', devIndicators: false };
