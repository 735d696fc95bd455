import { App } from './shell/App';
import { start } from './shell/start';

void start(<App />);
