export { default } from '@dcc-mcp/jest-preset';
