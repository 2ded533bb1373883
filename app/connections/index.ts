export { type Catalogs, createCatalogs } from './catalogs.ts';
export { type Offer, type OfferedAction, offerOfCatalog, offerOfPinned } from './offer.ts';
export {
  createPinnedStore,
  type Definition,
  type DefinitionChange,
  type Definitions,
  type Pinned,
  type PinnedStore,
} from './pinned.ts';
export { CUSTOM_SETTINGS, checkSettings } from './settings.ts';
export { type Connection, type ConnectionChange, type ConnectionStore, createConnectionStore } from './store.ts';
