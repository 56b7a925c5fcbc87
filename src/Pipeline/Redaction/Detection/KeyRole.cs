namespace Weir.Pipeline.Redaction.Detection;

/// <summary>What a key is to the keys around it: whose name a bare <c>name</c> is, only the object that it stands in tells.</summary>
[Flags]
internal enum KeyRole
{
    None = 0,

    /// <summary><c>name</c>, <c>first</c>, <c>family</c>: a person's in an object about one.</summary>
    Name = 1,

    /// <summary>Its value, an object or a list of them, is about a person: <c>customer</c>, <c>billing_details</c>.</summary>
    Person = 2,

    /// <summary>Its value is about a thing or a firm: <c>item</c>, <c>products</c>, <c>company</c>.</summary>
    Thing = 4,

    /// <summary>Only an object about a person has it: <c>email</c>, <c>birthDate</c>, <c>gender</c>.</summary>
    Contact = 8,

    /// <summary><c>value</c>: what a sibling such as <c>"type":"phone"</c> says it is.</summary>
    Paired = 16,

    /// <summary>The sibling that says it: <c>type</c>, <c>key</c>, <c>system</c>.</summary>
    Label = 32,

    /// <summary><c>line</c>: an address's in an object that is one.</summary>
    Line = 64,
}

/// <summary>The roles of keys, by their last words.</summary>
internal static class KeyRoles
{
    private static readonly Dictionary<string, KeyRole>.AlternateLookup<ReadOnlySpan<char>> ByWord = Build().GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>What the words of a key, lower case, make it.</summary>
    /// <param name="whole">All of them, joined.</param>
    /// <param name="last">The last of several; empty for one alone.</param>
    public static KeyRole Of(ReadOnlySpan<char> whole, ReadOnlySpan<char> last)
    {
        ByWord.TryGetValue(whole, out var role);
        // "billingContact" is a contact and "work_email" an address; a name needs to stand alone, for "fileName" is a file's.
        return last.Length > 0 && ByWord.TryGetValue(last, out var ofLast) ? role | ofLast & (KeyRole.Person | KeyRole.Thing | KeyRole.Contact) : role;
    }

    private static Dictionary<string, KeyRole> Build()
    {
        var roles = new Dictionary<string, KeyRole>(StringComparer.Ordinal);
        Add(KeyRole.Name, "name names first last middle family given fname lname prenoms");
        Add(KeyRole.Person, "name customer client contact user person people patient claimant insured policyholder employee manager supervisor author committer sender recipient receiver buyer seller shopper owner member members subscriber guest guests passenger passengers traveler travelers traveller travellers driver rider courier applicant "
            + "candidate student teacher parent child children spouse guardian beneficiary payee payer debtor creditor cardholder holder accountholder signer signatory witness agent operator assignee reporter requester attendee attendees participant participants organizer billingdetails shippingdetails billing shipping billto shipto "
            + "billingaddress shippingaddress deliveryaddress consignee individual profile resident tenant landlord practitioner doctor physician nurse subject emergencycontact nextofkin relative dependent dependents lead account_holder kunde kundin mitarbeiter ansprechpartner cliente utente usuario persona personne utilisateur klient osoba");
        Add(KeyRole.Thing, "item items product products article articles lineitem lineitems line_items variant variants sku plan plans category categories brand vendor merchant store shop company organization organisation org business employer firm supplier manufacturer publisher carrier airline hotel restaurant venue location city country state region "
            + "file files folder app application service host hostname server device package repository repo branch project team department role campaign event events topic queue stream table column field fields metric tag tags label job task workflow model currency method attribute option producttitle productname itemname articlename companyname organizationname brandname skuname filename displaytitle song album artist film movie book");
        Add(KeyRole.Contact, "email emails mail phone phones telephone tel mobile cell fax phonenumber mobilephone birthdate birthday dob dateofbirth gender sex firstname lastname surname ssn maritalstatus nationality passport telecom");
        Add(KeyRole.Paired, "value val valuestring answer content data number text");
        Add(KeyRole.Label, "name key type label field system kind attribute question id code title prompt property use");
        Add(KeyRole.Line, "line lines");
        return roles;

        void Add(KeyRole role, string words)
        {
            foreach (var word in words.Split(' '))
            {
                roles[word] = roles.GetValueOrDefault(word) | role;
            }
        }
    }
}
