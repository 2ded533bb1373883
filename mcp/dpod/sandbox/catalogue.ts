import { createRandom, stableId } from '../../kit/sandbox.ts';
import type { Tile } from './world.ts';

/** The vendor's service types (§3.1), with names and descriptions made up around the codes. */
const TYPES: readonly (readonly [code: string, name: string, category: string, description: string])[] = [
  ['key_vault', 'Luna Cloud HSM', 'hsm', 'General purpose HSM partition'],
  ['hsm', 'Luna Cloud HSM (classic)', 'hsm', 'HSM partition on demand'],
  ['luna_hsm_backup', 'Luna HSM Backup', 'hsm', 'Backup of on-premises Luna partitions'],
  ['hsm_key_export', 'Luna Cloud HSM with Key Export', 'hsm', 'HSM partition whose private keys may be exported'],
  ['ms_sql_server', 'Luna Cloud HSM for Microsoft SQL Server', 'hsm', 'Keys for Transparent Data Encryption'],
  ['java_code_sign', 'Luna Cloud HSM for Java Code Signer', 'hsm', 'Signing keys for Java archives'],
  ['ms_authenticode', 'Luna Cloud HSM for Microsoft Authenticode', 'hsm', 'Signing keys for Windows binaries'],
  ['ms_adcs', 'Luna Cloud HSM for Microsoft AD CS', 'hsm', 'Keys of a Windows certificate authority'],
  ['pki_private_key_protection', 'Luna Cloud HSM for PKI', 'hsm', 'Private keys of certificate authorities'],
  ['digital_signing', 'Luna Cloud HSM for Digital Signing', 'hsm', 'Keys that sign documents and transactions'],
  ['oracle_tde_database', 'Luna Cloud HSM for Oracle TDE', 'hsm', 'Master keys of Oracle databases'],
  ['hyperledger', 'Luna Cloud HSM for Hyperledger', 'hsm', 'Identities of ledger nodes'],
  ['luna_dke', 'Luna Cloud HSM for Double Key Encryption', 'hsm', 'The second key of Microsoft 365 documents'],
  ['cyberark_digital_vault', 'Luna Cloud HSM for CyberArk', 'hsm', 'Top-level key of a digital vault'],
  ['salesforce_key_broker', 'Key Broker for Salesforce', 'key-management', 'Tenant secrets for Salesforce'],
  ['payshield_na', 'payShield Cloud HSM (North America)', 'payment', 'Payment HSM'],
  ['payshield_eu', 'payShield Cloud HSM (Europe)', 'payment', 'Payment HSM'],
  ['p2pe', 'P2PE Key Injection', 'payment', 'Point-to-point encryption for terminals'],
  ['ctaas', 'CipherTrust Data Security Platform as a Service', 'data-protection', 'Keys and policies as a service'],
  ['codesign-secure', 'CodeSign Secure', 'partner', 'Code signing workflows'],
  ['kt_ses', 'Key Transfer SES', 'partner', 'Secure element provisioning'],
  ['kt_pki', 'Key Transfer PKI', 'partner', 'Managed certificate authority'],
  ['garasign', 'GaraSign', 'partner', 'Signing platform'],
  ['pkiaas', 'PKI as a Service', 'partner', 'Hosted certificate authorities'],
  ['suredrop', 'SureDrop', 'partner', 'Encrypted file sharing'],
  ['a24_hsm', 'A24 HSM', 'partner', 'Managed HSM operations'],
  ['ascertia_pki', 'Ascertia PKI', 'partner', 'PKI and signing servers'],
  ['codesign', 'CodeSign', 'partner', 'Code signing service'],
  ['pk_sign_cloud', 'PK Sign Cloud', 'partner', 'Signing in the cloud'],
  ['kf_command', 'Command', 'partner', 'Certificate lifecycle automation'],
  ['pk_sign_sw', 'PK Sign Software', 'partner', 'Signing with software keys'],
  ['ven_platform', 'Machine Identity Platform', 'partner', 'Machine identity management'],
  ['signpath', 'SignPath', 'partner', 'Signing in build pipelines'],
];

const HSM_PLANS = [
  { id: 'single_hsm', name: 'Single HSM' },
  { id: 'dual_hsm', name: 'Dual HSM' },
  { id: 'multi_hsm', name: 'Multi HSM' },
  { id: 'trial', name: 'Trial' },
];

const OTHER_PLANS = [
  { id: 'standard', name: 'Standard' },
  { id: 'trial', name: 'Trial' },
];

function plansOf(code: string): Tile['plans'] {
  if (code === 'ctaas') return [{ id: 'Tenant', name: 'Tenant' }];
  return code === 'key_vault' || code === 'hsm' ? HSM_PLANS : OTHER_PLANS;
}

export function initialTiles(): readonly Tile[] {
  return TYPES.map(([shortCode, name, category, description]) => ({
    id: stableId('dpod', 'tile', shortCode),
    name,
    shortCode,
    category,
    // Not offered any more (§3.1), and two that this provider has not opened to its tenants.
    enabled: !['salesforce_key_broker', 'garasign', 'suredrop'].includes(shortCode),
    provisionable: !['salesforce_key_broker', 'garasign', 'suredrop', 'p2pe'].includes(shortCode),
    description,
    plans: plansOf(shortCode),
  }));
}

/** HSM services have a partition and a device type. */
export function isHsm(serviceType: string): boolean {
  return TYPES.some(([code, , category]) => code === serviceType && category === 'hsm');
}

export function serviceTypeName(serviceType: string): string | undefined {
  return TYPES.find(([code]) => code === serviceType)?.[1];
}

/** `GET /v1/service_categories` */
export function serviceCategories(): readonly object[] {
  const names: Readonly<Record<string, string>> = {
    hsm: 'Luna Cloud HSM',
    'key-management': 'Key Management',
    payment: 'Payment',
    'data-protection': 'Data Protection',
    partner: 'Partner Services',
  };
  return Object.entries(names).map(([id, name]) => ({ id, name }));
}

/** `GET /v1/service_types` */
export function serviceTypes(): readonly object[] {
  return TYPES.map(([code, name, category]) => ({
    id: stableId('dpod', 'tile', code),
    shortCode: code,
    name,
    category,
  }));
}

/** 13 digits, the same for the same words. */
export function newPartitionSerial(...words: readonly (string | number)[]): string {
  const random = createRandom('partition', ...words);
  return `1180024${String(Math.floor(random() * 1_000_000)).padStart(6, '0')}`;
}

export interface Price {
  readonly serviceType: string;
  readonly productType: 'SUBSCRIPTION' | 'OVERAGE';
  readonly price: { readonly value: number; readonly currency: string };
}

/** Price lists by ISO 3166-1 country; a country without a list is one where the vendor does not sell. */
export function pricesOf(country: string): readonly Price[] | undefined {
  const currency = CURRENCIES[country];
  if (currency === undefined) return undefined;
  return TYPES.filter(([, , category]) => category !== 'partner' && category !== 'key-management').flatMap(([code]) => {
    const base = Math.round(80 + createRandom('price', code)() * 920);
    const value = Math.round(base * currency.rate);
    return [
      { serviceType: code, productType: 'SUBSCRIPTION' as const, price: { value, currency: currency.code } },
      {
        serviceType: code,
        productType: 'OVERAGE' as const,
        price: { value: Math.round(value * 1.25), currency: currency.code },
      },
    ];
  });
}

const EUR = { code: 'EUR', rate: 0.92 };
const CURRENCIES: Readonly<Record<string, { readonly code: string; readonly rate: number }>> = {
  US: { code: 'USD', rate: 1 },
  CA: { code: 'CAD', rate: 1.36 },
  GB: { code: 'GBP', rate: 0.79 },
  CH: { code: 'CHF', rate: 0.88 },
  SE: { code: 'SEK', rate: 10.4 },
  DE: EUR,
  FR: EUR,
  IT: EUR,
  ES: EUR,
  NL: EUR,
};
