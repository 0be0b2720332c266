// The page of the gateway. Everything it shows comes from the API below it; it changes nothing.
import './style/tokens.css';
import './style/base.css';
import { render } from 'preact';
import { watchConnection } from './api/connection.ts';
import { drawVisibly } from './parts/unseen/draw-visibly.ts';
import { App } from './shell/app.tsx';
import { listenToKeys } from './shell/keys.ts';
import { PANELS } from './shell/panels.ts';
import { startClock } from './state/clock.ts';
import { followLinks, go } from './state/place.ts';
import { applyPreferences } from './state/preferences.ts';
import { watchSavedViews } from './state/saved-views.ts';
import { loadTexts } from './text/text.ts';

drawVisibly();
applyPreferences();
watchSavedViews();
startClock();
followLinks();
watchConnection();
listenToKeys((key) => {
  const panel = PANELS.find((each) => each.key === key);
  if (panel !== undefined) {
    go({ panel: panel.id });
  }
  return panel !== undefined;
});
await loadTexts();

const root = document.querySelector('#page');
if (root !== null) {
  render(<App />, root);
}
