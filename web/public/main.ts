import '../ui/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { t } from './messages/index.ts';

document.documentElement.lang = t.language;
const target = document.getElementById('app');
if (target !== null) mount(App, { target });
