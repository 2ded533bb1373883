import type { SetupStep } from '../kit/index.ts';

/** The service account, made by an administrator of the user pool (fact sheet §1.5). The password is typed, so that no shell keeps it. */
export const setup: readonly SetupStep[] = [
  {
    title: 'Find the ids',
    description: 'In the folder of the platform’s infrastructure. Thanos names them as outputs.',
    command: 'terraform output api_url; terraform output cognito_user_pool_id; terraform output cognito_client_id',
  },
  {
    title: 'Create the account',
    description: 'For this purpose alone, and not an administrator’s. No invitation is mailed.',
    command:
      'aws cognito-idp admin-create-user --user-pool-id {userPoolId} --username {email} --user-attributes Name=email,Value={email} Name=email_verified,Value=true --message-action SUPPRESS',
  },
  {
    title: 'Give it a permanent password',
    description:
      'At least 8 characters with upper and lower case, a digit and a symbol. It is asked for and not shown.',
    command:
      'read -rs -p "Password: " PASSWORD && aws cognito-idp admin-set-user-password --user-pool-id {userPoolId} --username {email} --password "$PASSWORD" --permanent; unset PASSWORD',
  },
  {
    title: 'Check the app client',
    description: 'The list must have ALLOW_USER_PASSWORD_AUTH and ALLOW_REFRESH_TOKEN_AUTH.',
    command:
      'aws cognito-idp describe-user-pool-client --user-pool-id {userPoolId} --client-id {clientId} --query UserPoolClient.ExplicitAuthFlows',
  },
];
