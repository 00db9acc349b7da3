export { listen, type OpenServer, TestProxy } from './test-proxy.js';
