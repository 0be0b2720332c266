// The TypeScript SDK 2.x, by handshake and without.
import { CLIENTS } from './installed.ts';
import { everyWay, keepsPromises } from './promises.ts';

keepsPromises({ name: 'the TypeScript SDK 2.x', ways: everyWay(['legacy', 'auto']), start: CLIENTS.sdkV2 });
