/** The variables that every service requires. */
export const REQUIRED_ENV = {
  PROCTOR_POSTGRES_HOST: 'db',
  PROCTOR_POSTGRES_USER: 'proctor',
  PROCTOR_POSTGRES_DATABASE: 'proctor',
  PROCTOR_REDIS_ADDRESS: 'redis:6379',
};
