using Weir.Pipeline.Redaction.Detection.National;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>The numbers of the entities that have code of their own; the order is that of <see cref="EntityCatalogue.Strong"/>.</summary>
internal static class EntityId
{
    public const int Email = 0;
    public const int Card = 1;
    public const int Phone = 2;
    public const int Iban = 3;
    public const int UsSsn = 4;
    public const int Ip = 5;
    public const int Mac = 6;
    public const int UrlCredentials = 7;
    public const int Jwt = 8;
    public const int AwsKey = 9;
    public const int PrivateKey = 10;
    public const int ApiKey = 11;
    public const int Btc = 12;
    public const int Eth = 13;
    public const int StrongCount = 14;
}

public static partial class EntityCatalogue
{
    private static IEnumerable<Entity> Strong() =>
    [
        new("EMAIL_ADDRESS", "E-mail address", Evidence.Anywhere) { Keywords = ["email", "emailaddress", "mail"] },
        new("CREDIT_CARD", "Payment card number", Evidence.Anywhere, ChanceRate: 0.099)
        {
            Keywords = ["card", "cardnumber", "cardno", "creditcard", "debitcard", "ccnumber", "pan", "cc", "visa", "mastercard", "amex", "discover", "maestro", "diners", "jcb"],
        },
        new("PHONE_NUMBER", "Phone number", Evidence.Anywhere, ChanceRate: 0.64)
        {
            Keywords = ["phone", "phonenumber", "telephone", "tel", "mobile", "cell", "cellphone", "fax", "msisdn", "call", "sms", "whatsapp", "contactnumber", "handy", "telefon", "telefono", "telefone"],
        },
        new("IBAN_CODE", "Bank account number (IBAN)", Evidence.Anywhere, ChanceRate: 0.01) { Keywords = ["iban", "bankaccount"] },
        new("US_SSN", "US social security number", Evidence.Anywhere, "US", 0.89)
        {
            Keywords = ["ssn", "socialsecurity", "socialsecuritynumber", "socialsecurityno", "socialsec", "ssns", "ssnum", "ssno"],
            Format = new(World.UsSsn, 9, 9, " -._:/,;|*~=#\\"),
        },
        new("IP_ADDRESS", "IP address", Evidence.Anywhere) { Keywords = ["ip", "ipaddress", "ipv4", "ipv6", "clientip", "remoteaddr"] },
        new("MAC_ADDRESS", "MAC address", Evidence.Anywhere) { Keywords = ["mac", "macaddress"] },
        new("URL_CREDENTIALS", "Credentials inside a URL", Evidence.Anywhere),
        new("JWT", "JSON web token", Evidence.Anywhere) { Keywords = ["jwt", "bearer", "idtoken", "accesstoken"] },
        new("AWS_ACCESS_KEY", "AWS access key", Evidence.Anywhere) { Keywords = ["awsaccesskeyid", "accesskeyid", "awssecretaccesskey", "secretaccesskey"] },
        new("PRIVATE_KEY", "Private key", Evidence.Anywhere),
        new("API_KEY", "API key or other secret", Evidence.Anywhere) { Keywords = ["apikey", "secret", "secretkey", "clientsecret", "password", "passwd", "pwd", "authtoken", "privatetoken", "accesskey", "accesstoken", "refreshtoken", "sessiontoken", "bearertoken", "apitoken", "authorization", "passphrase", "privatekey", "credential", "accountkey", "sharedaccesskey", "sharedaccesssignature", "connectionsecret", "signingkey", "encryptionkey", "webhooksecret", "cvv", "cvc", "cvv2", "otp", "onetimepassword", "pin", "kennwort", "passwort", "contraseña", "motdepasse"] },
        new("CRYPTO_BTC", "Bitcoin address", Evidence.Anywhere) { Keywords = ["btc", "bitcoin", "wallet"] },
        new("CRYPTO_ETH", "Ethereum address", Evidence.Anywhere) { Keywords = ["eth", "ethereum", "wallet"] },
    ];
}
