// The TypeScript SDK 1.x, which most clients of today are built on.
import { CLIENTS } from './installed.ts';
import { everyWay, keepsPromises } from './promises.ts';

keepsPromises({ name: 'the TypeScript SDK 1.x', ways: everyWay(['legacy']), start: CLIENTS.sdkV1 });
