import preact from '@preact/preset-vite';
import { defineConfig, type Plugin } from 'vite';

/** Old WebViews (Chrome 55 to 60, WeChat's X5) know no module scripts; the one bundle runs as a plain deferred script everywhere. */
function plainScript(): Plugin {
  return {
    name: 'plain-script',
    enforce: 'post',
    transformIndexHtml: (html) => html.replace(/<script type="module" crossorigin/g, '<script defer').replace(/ crossorigin/g, ''),
  };
}

export default defineConfig({
  plugins: [preact({ devToolsEnabled: false, prefreshEnabled: false }), plainScript()],
  build: {
    target: 'es2017',
    cssTarget: 'chrome61',
    outDir: '../bot/channels/web_static',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: false,
    cssCodeSplit: false, // else the style sheet is put in by script, which the page's policy refuses
    rollupOptions: { output: { format: 'iife' } },
  },
});
