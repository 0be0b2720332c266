// The Python SDK from PyPI, by handshake and without.
import { CLIENTS } from './installed.ts';
import { everyWay, keepsPromises } from './promises.ts';

keepsPromises({ name: 'the Python SDK', ways: everyWay(['legacy', 'auto']), start: CLIENTS.pythonSdk });
