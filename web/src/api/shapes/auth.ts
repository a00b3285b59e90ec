/* Accounts and sign-ins. */

export interface Tokens {
  access_token: string;
  refresh_token: string;
  token_type: string;
  expires_in: number;
}

export interface User {
  id: string;
  email: string;
  name: string;
  phone: string | null;
  lang: "en" | "ko";
  roles: string[];
  email_verified: boolean;
  second_factor: boolean;
}

/* A device that is signed in. */
export interface SignIn {
  id: string;
  device: string;
  address: string;
  seen_at: string;
  current: boolean;
}
