export const start = {
  title: 'Set up Gatehouse',
};
