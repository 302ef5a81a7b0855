import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
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

/** Leaves a hash of what was built beside the bundle, so that a test can tell when the committed bundle is older than its source. */
function sourceHash(): Plugin {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.'));
  const names = ['index.html', 'package-lock.json', 'vite.config.ts', ...sources.map((name) => `src/${name}`)].sort();
  const hash = createHash('sha256');
  names.forEach((name) => hash.update(readFileSync(name)));
  const source = hash.digest('hex') + '\n';
  return { name: 'source-hash', generateBundle() { this.emitFile({ type: 'asset', fileName: 'source.sha256', source }); } };
}

export default defineConfig({
  plugins: [preact({ devToolsEnabled: false, prefreshEnabled: false }), plainScript(), sourceHash()],
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
