// Who logs in at the identity provider of tests/second_opinion/login.rs, and what it says about them to AWS.
const attributes = 'https://aws.amazon.com/SAML/Attributes/';
const user = {
  userName: 'luke@example.com',
  nameIdFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  [attributes + 'Role']: '',
  [attributes + 'RoleSessionName']: 'luke@example.com',
};
const metadata = ['Role', 'RoleSessionName'].map((name) => ({
  id: attributes + name, displayName: name, description: name, optional: false, multiValue: false,
}));

module.exports = { user, metadata };
