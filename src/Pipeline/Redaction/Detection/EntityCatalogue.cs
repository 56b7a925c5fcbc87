namespace Weir.Pipeline.Redaction.Detection;

/// <summary>What a finding stands on.</summary>
public enum Evidence
{
    /// <summary>A shape that hardly anything else has, or one with a strong check: found anywhere.</summary>
    Anywhere,

    /// <summary>A shape or a weak check that chance also makes: found only beside a key or words that name it.</summary>
    WithContext,

    /// <summary>No shape at all (names, addresses): the key or words before it decide.</summary>
    ByName,
}

/// <summary>One kind of personal data: its stable name, what it is, where it is used (ISO country, null for anywhere), and the share of random values of its shape that pass its check, measured.</summary>
public sealed record Entity(string Name, string Title, Evidence Evidence, string? Country = null, double? ChanceRate = null)
{
    /// <summary>Whole words or keys that name it, lower case, words joined: <c>socialsecuritynumber</c>.</summary>
    public IReadOnlyList<string> Keywords { get; init; } = [];

    internal int Id { get; set; }

    /// <summary>How a national number is written and decided; null for those with code of their own.</summary>
    internal National.NationalFormat? Format { get; init; }

    internal byte[] Utf8 { get; } = System.Text.Encoding.ASCII.GetBytes(Name);
}

/// <summary>Everything that can be looked for.</summary>
public static partial class EntityCatalogue
{
    private static readonly Dictionary<string, Entity> ByName = new(StringComparer.OrdinalIgnoreCase);
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["EMAIL"] = "EMAIL_ADDRESS",
        ["CARD"] = "CREDIT_CARD",
        ["PHONE"] = "PHONE_NUMBER",
        ["IBAN"] = "IBAN_CODE",
        ["IP"] = "IP_ADDRESS",
        ["MAC"] = "MAC_ADDRESS",
        ["SSN"] = "US_SSN",
        ["PH_MOBILE_NUMBER"] = "PHONE_NUMBER",
        ["TR_PHONE_NUMBER"] = "PHONE_NUMBER",
        ["FIN"] = "SG_NRIC_FIN",
        ["CRYPTO"] = "CRYPTO_BTC",
        ["AT_UID"] = "AT_VAT",
        ["FR_TVA"] = "FR_VAT",
        ["NL_BTW"] = "NL_VAT",
    };

    /// <summary>All entities, in a stable order.</summary>
    public static IReadOnlyList<Entity> All { get; } = Build();

    /// <summary>The entity of this name or alias (<c>EMAIL</c> for <c>EMAIL_ADDRESS</c>), whatever the case; null when there is none.</summary>
    public static Entity? Find(string name) =>
        ByName.GetValueOrDefault(Aliases.GetValueOrDefault(name, name));

    internal static ReadOnlySpan<byte> Utf8Name(int entity) => All[entity].Utf8;

    private static IEnumerable<Entity> Named() =>
    [
        new("PERSON", "Person's name", Evidence.ByName)
        {
            Keywords = ["firstname", "lastname", "fullname", "surname", "givenname", "familyname", "middlename", "maidenname", "forename", "cardholder", "cardholdername", "accountholder", "recipientname", "customername", "contactname",
                "displayname", "legalname", "nickname", "alias", "beneficiary", "beneficiaryname", "payee", "payeename", "contactperson", "emergencycontact", "emergencycontactname", "patient", "spouse", "guardian", "nextofkin", "sendername", "ownername", "holdername", "signatory", "vorname", "nachname", "nom", "prenom", "nombre", "apellido", "apellidos", "cognome", "patientname", "employeename", "drivername", "passengername", "personname", "username"],
        },
        new("STREET_ADDRESS", "Postal address", Evidence.ByName)
        {
            Keywords = ["street", "streetaddress", "addressline", "addressline1", "addressline2", "address1", "address2", "line1", "line2", "postaladdress", "homeaddress", "billingaddress", "shippingaddress", "deliveryaddress", "mailingaddress",
                "address", "fulladdress", "residence", "residentialaddress", "permanentaddress", "streetname", "street1", "street2", "anschrift", "wohnort", "domicilio", "strasse", "straße", "rue", "calle", "direccion", "indirizzo", "adresse", "housenumber"],
        },
        new("DATE_OF_BIRTH", "Date of birth", Evidence.ByName)
        {
            Keywords = ["dob", "dateofbirth", "birthdate", "birthday", "birthdt", "geburtsdatum", "fechanacimiento", "fechadenacimiento", "datenaissance", "datedenaissance", "datadinascita", "geboortedatum", "born", "geboren", "geborenam", "né", "née", "nacido", "nacida", "nato", "nata", "nascimento", "datadenascimento", "urodzony", "dataurodzenia", "fødselsdato", "födelsedatum", "syntymäaika"],
        },
    ];

    private static List<Entity> Build()
    {
        var all = Strong().Concat(National()).Concat(Named()).Concat(Taxpayers()).ToList();
        for (var i = 0; i < all.Count; i++)
        {
            all[i].Id = i;
            ByName.Add(all[i].Name, all[i]);
        }

        return all;
    }
}
