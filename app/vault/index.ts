export { type Keychain, type KeyStore, keychainStore, memoryStore, passphraseStore } from './key-store.ts';
export { createVault, type Vault, type VaultKind, type VaultStatus } from './vault.ts';
