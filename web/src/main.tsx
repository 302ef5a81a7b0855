import { render } from 'preact';
import { App } from './app';

const root = document.getElementById('app')!;

// An iPhone's keyboard covers the page instead of shrinking it; the box must stay in sight.
const viewport = window.visualViewport;
if (viewport) {
  const fit = () => {
    root.style.height = `${viewport.height}px`;
    window.scrollTo(0, 0);
  };
  viewport.addEventListener('resize', fit);
}

root.textContent = '';
render(<App />, root);
