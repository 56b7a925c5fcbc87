using Weir.Pipeline.Redaction.Detection.National;

namespace Weir.Pipeline.Redaction.Detection;

public static partial class EntityCatalogue
{
    // Chance rates: the share of random digit strings of the right length that pass, 100,000 drawn for each.
    private static IEnumerable<Entity> National() =>
    [
        Id("US_ITIN", "US individual taxpayer number", "US", new(World.UsItin, 9, 9), 0.029, "itin", "individualtaxpayer", "individualtaxpayeridentificationnumber", "taxpayerid", "taxid", "tin"),
        Id("US_ATIN", "US adoption taxpayer number", "US", new(World.Nine, 9, 9), 1, "atin", "adoptiontaxpayer"),
        Id("US_EIN", "US employer number", "US", new(World.UsEin, 9, 9), 0.83, "ein", "employeridentification", "employeridentificationnumber", "fein"),
        Id("US_PTIN", "US tax preparer number", "US", new(World.UsPtin, 9, 9), 0.03, "ptin", "preparertaxid"),
        Id("ABA_ROUTING_NUMBER", "US bank routing number", "US", new(World.UsRouting, 9, 9), 0.099, "aba", "routing", "routingnumber", "abarouting", "rtn", "bankrouting"),
        Id("US_BANK_NUMBER", "US bank account number", "US", new(n => Checks.Digits(n), 8, 17), 1, "bankaccount", "accountnumber", "bankaccountnumber", "checkingaccount", "savingsaccount", "bank", "acct", "acctno"),
        Id("US_NPI", "US health provider number", "US", new(World.UsNpi, 10, 10), 0.02, "npi", "nationalprovider", "provideridentifier", "nationalprovideridentifier"),
        Id("US_MBI", "US Medicare beneficiary number", "US", new(World.UsMbi, 11, 11), 0.0001, "mbi", "medicare", "beneficiary", "medicareid", "medicarenumber"),
        Id("MEDICAL_LICENSE", "US DEA number", "US", new(World.UsDea, 9, 9), 0.01, "dea", "deanumber", "medicallicense", "deacertificate"),
        Id("US_PASSPORT", "US passport", "US", new(n => Checks.Digits(n, 9) || Checks.Shape(n, "A99999999"), 9, 9), 1, "passport", "passportnumber", "passportno", "uspassport", "traveldocument"),
        Id("US_DRIVER_LICENSE", "US driving licence", "US", new(IsUsLicence, 5, 18), 1, "driverlicense", "driverslicense", "driverlicence", "driverslicence", "drivinglicense", "drivinglicence", "dl", "dlnumber", "driversid", "driverid", "licensenumber", "permit", "dlnumber"),
        Id("AR_CUIT", "Argentine tax number", "AR", new(World.ArCuit, 11, 11), 0.01, "cuit", "cuil"),
        Id("AR_DNI", "Argentine identity number", "AR", new(World.ArDni, 7, 8, " ."), 1, "dni", "documentonacional"),
        Id("AT_VAT", "Austrian VAT number", "AT", new(Europe.AtVat, 9, 9, " -./", "AT"), 0.1, "uid", "vat", "vatid", "vatnumber", "ustid"),
        Id("AT_VNR", "Austrian social insurance number", "AT", new(Europe.AtVnr, 10, 10, " "), 0.083, "vnr", "svnr", "versicherungsnummer", "sozialversicherungsnummer", "svnummer"),
        Id("AU_ABN", "Australian business number", "AU", new(World.AuAbn, 11, 11), 0.011, "abn", "australianbusinessnumber"),
        Id("AU_ACN", "Australian company number", "AU", new(World.AuAcn, 9, 9), 0.1, "acn", "australiancompanynumber"),
        Id("AU_TFN", "Australian tax file number", "AU", new(World.AuTfn, 8, 9), 0.091, "tfn", "taxfile", "taxfilenumber"),
        Id("AU_MEDICARE", "Australian Medicare number", "AU", new(World.AuMedicare, 10, 11), 0.05, "medicare", "medicarenumber"),
        Id("BE_NN", "Belgian national number", "BE", new(Europe.BeNn, 11, 11, " -./"), 0.0016, "nn", "nationalnumber", "rijksregisternummer", "numeronational", "registrenational", "niss", "insz", "nrn"),
        Id("BE_VAT", "Belgian VAT number", "BE", new(Europe.BeVat, 9, 10, " -./", "BE"), 0.01, "vat", "vatnumber", "btw", "tva", "btwnummer"),
        Id("BG_EGN", "Bulgarian civil number", "BG", new(Europe.BgEgn, 10, 10, " -."), 0.006, "egn", "егн"),
        Id("BR_CNPJ", "Brazilian company number", "BR", new(World.BrCnpj, 14, 14, " -./"), 0.01, "cnpj"),
        Id("BR_CPF", "Brazilian taxpayer number", "BR", new(World.BrCpf, 11, 11, " -."), 0.01, "cpf"),
        Id("CA_SIN", "Canadian social insurance number", "CA", new(World.CaSin, 9, 9), 0.079, "sin", "socialinsurance", "socialinsurancenumber", "nas"),
        Id("CH_SSN", "Swiss social security number", "CH", new(Europe.ChSsn, 13, 13, " ."), 0.0001, "ahv", "avs", "ahvnummer", "ahvnumber", "oasi", "navs", "ssn", "sozialversicherungsnummer"),
        Id("CL_RUT", "Chilean tax number", "CL", new(World.ClRut, 8, 9, " -.", "CL"), 0.09, "rut", "run"),
        Id("CN_RIC", "Chinese resident number", "CN", new(World.CnRic, 18, 18), 0.0001, "ric", "residentid", "residentidentity", "shenfenzheng", "chineseid", "nationalid", "身份证", "身份证号"),
        Id("CO_NIT", "Colombian tax number", "CO", new(World.CoNit, 8, 16, " .,-"), 0.09, "nit", "rut"),
        Id("CZ_RC", "Czech or Slovak birth number", "CZ", new(Europe.CzRc, 9, 10, " /"), 0.01, "rodnecislo", "rodnécíslo", "rodnéčíslo", "rc", "birthnumber"),
        Id("DE_TAX_ID", "German tax identifier", "DE", new(Europe.DeTaxId, 11, 11, " -./,"), 0.0035, "steuerid", "steueridentifikationsnummer", "steuerliche", "idnr", "taxid", "tin", "identifikationsnummer", "steueridnr"),
        Id("DE_TAX_NUMBER", "German tax number", "DE", new(Europe.DeTaxNumber, 10, 13, " -./,"), 1, "steuernummer", "stnr", "steuernr", "taxnumber"),
        Id("DE_VAT_ID", "German VAT number", "DE", new(Europe.DeVat, 9, 9, " -./,", "DE"), 0.1, "ustid", "ustidnr", "umsatzsteuerid", "umsatzsteueridentifikationsnummer", "vat", "vatid", "vatnumber"),
        Id("DE_ID_CARD", "German identity card", "DE", new(Europe.DeDocument, 9, 9), 0.04, "personalausweis", "ausweis", "ausweisnummer", "perso", "idcard"),
        Id("DE_PASSPORT", "German passport", "DE", new(Europe.DeDocument, 9, 9), 0.04, "reisepass", "passnummer", "pass", "passnr", "passport", "passportnumber"),
        Id("DE_SOCIAL_SECURITY", "German pension insurance number", "DE", new(Europe.DeSocialSecurity, 12, 12), 0.0001, "rentenversicherungsnummer", "sozialversicherungsnummer", "rvnr", "svnr", "versicherungsnummer"),
        Id("DE_HEALTH_INSURANCE", "German health insurance number", "DE", new(Europe.DeHealthInsurance, 10, 10), 0.1, "kvnr", "krankenversichertennummer", "krankenkasse", "egk", "versichertennummer", "gesundheitskarte", "krankenversicherung"),
        Id("DK_CPR", "Danish civil number", "DK", new(Europe.DkCpr, 10, 10), 0.031, "cpr", "cprnr", "cprnummer", "personnummer"),
        Id("EE_IK", "Estonian identity code", "EE", new(Europe.EeIk, 11, 11), 0.002, "isikukood", "ik"),
        Id("ES_CIF", "Spanish company number", "ES", new(Europe.EsCif, 9, 9, " -", "ES"), 0.1, "cif", "nif"),
        Id("ES_NIE", "Spanish foreigner's number", "ES", new(Europe.EsNie, 9, 9), 0.002, "nie", "numerodeidentidaddeextranjero", "extranjero"),
        Id("ES_NIF", "Spanish identity number", "ES", new(n => Europe.EsDni(n) || n.Length == 8 && Europe.EsDni([(byte)'0', .. n]), 8, 9), 0.002, "dni", "nif", "documento", "documentonacional"),
        Id("ES_NIF_ANY", "Spanish tax number", "ES", new(Europe.EsNif, 9, 9, " -", "ES"), 0.04, "nif", "vat", "taxid"),
        Id("ES_PASSPORT", "Spanish passport", "ES", new(n => Checks.Shape(n, "AAA999999"), 9, 9), 0.03, "pasaporte", "passport", "numerodepasaporte"),
        Id("FI_PERSONAL_IDENTITY_CODE", "Finnish identity code", "FI", new(Europe.FiHetu, 11, 11, " "), 0.0001, "hetu", "henkilotunnus", "henkilötunnus", "personbeteckning", "personalidentitycode", "personbeteckningen"),
        Id("FR_NIF", "French tax number", "FR", new(Europe.FrNif, 13, 13, " "), 0.001, "nif", "spi", "numerofiscal", "numérofiscal", "fiscal", "numerofiscaldereference"),
        Id("FR_NIR", "French social security number", "FR", new(Europe.FrNir, 15, 15, " ."), 0.01, "nir", "insee", "securitesociale", "sécuritésociale", "numerodesecuritesociale", "numérodesécuritésociale", "numerosecu", "secu"),
        Id("FR_SIREN", "French company number", "FR", new(Europe.FrSiren, 9, 9, " ."), 0.101, "siren"),
        Id("FR_SIRET", "French establishment number", "FR", new(Europe.FrSiret, 14, 14, " ."), 0.01, "siret"),
        Id("FR_VAT", "French VAT number", "FR", new(Europe.FrVat, 11, 11, " -.", "FR"), 0.001, "tva", "vat", "vatnumber", "tvaintracommunautaire"),
        Id("GR_AMKA", "Greek social security number", "GR", new(Europe.GrAmka, 11, 11), 0.003, "amka", "αμκα"),
        Id("HR_OIB", "Croatian identity number", "HR", new(Europe.HrOib, 11, 11, " -", "HR"), 0.101, "oib", "osobniidentifikacijskibroj"),
        Id("IE_PPS", "Irish public service number", "IE", new(Europe.IePps, 8, 9), 0.002, "pps", "ppsn", "ppsnumber", "ppsno", "personalpublicservice"),
        Id("IL_ID", "Israeli identity number", "IL", new(World.IlId, 5, 9), 0.1, "teudatzehut", "mispar", "misparzehut", "israeliid", "tz", "idnumber"),
        Id("IMEI", "Device number (IMEI)", null, new(World.Imei, 14, 16), 0.102, "imei", "imeisv", "deviceid"),
        Id("IN_AADHAAR", "Indian Aadhaar number", "IN", new(World.InAadhaar, 12, 12, " -:"), 0.081, "aadhaar", "aadhar", "adhaar", "uidai", "uid"),
        Id("IN_GSTIN", "Indian goods and services tax number", "IN", new(World.InGstin, 15, 15), 0.0001, "gstin", "gst", "gstins"),
        Id("IN_PAN", "Indian permanent account number", "IN", new(World.InPan, 10, 10), 0.001, "pan", "pancard", "permanentaccountnumber", "permanentaccount"),
        Id("IN_PASSPORT", "Indian passport", "IN", new(n => Checks.Shape(n, "A9999999") && n[1] != '0' && n[7] != '0', 8, 8), 0.3, "passport", "passportnumber", "indianpassport"),
        Id("IN_VOTER", "Indian voter card", "IN", new(World.InVoter, 10, 10), 0.01, "voter", "voterid", "epic", "vote", "election"),
        Id("IS_KT", "Icelandic identity number", "IS", new(Europe.IsKt, 10, 10), 0.001, "kennitala", "kt"),
        Id("ISIN", "Security number (ISIN)", null, new(World.Isin, 12, 12, " "), 0.1, "isin"),
        Id("LEI", "Legal entity identifier", null, new(World.Lei, 20, 20), 0.01, "lei"),
        Id("LUHN", "Number with a Luhn check", null, new(Checks.Luhn, 1, 64), 0.1),
        Id("IT_FISCAL_CODE", "Italian fiscal code", "IT", new(Europe.ItFiscalCode, 11, 16, " -:"), 0.0001, "codicefiscale", "fiscale", "fiscalcode", "cf", "codice"),
        Id("IT_VAT_CODE", "Italian VAT number", "IT", new(Europe.ItVat, 11, 11, " -:", "IT"), 0.01, "partitaiva", "iva", "piva", "vat", "vatnumber", "vatcode"),
        Id("IT_PASSPORT", "Italian passport", "IT", new(n => Checks.Shape(n, "AA9999999"), 9, 9), 0.1, "passaporto", "passport"),
        Id("IT_DRIVER_LICENSE", "Italian driving licence", "IT", new(n => Checks.Shape(n, "AA9999999A") || n.StartsWith("U1"u8) && n.Length == 10 && Checks.Letter(n[9]), 10, 10), 0.01, "patente", "patentediguida", "license", "licenza", "guida"),
        Id("IT_IDENTITY_CARD", "Italian identity card", "IT", new(n => Checks.Shape(n, "AA99999AA") || Checks.Shape(n, "9999999AA") || Checks.Shape(n, "AA9999999"), 9, 9), 0.1, "cartadidentita", "cartaidentita", "cie", "documento", "identita"),
        Id("KR_BRN", "Korean business number", "KR", new(World.KrBrn, 10, 10) { InText = World.KrBrnCheck }, 0.09, "brn", "businessregistration", "businessregistrationnumber", "사업자등록번호"),
        Id("KR_RRN", "Korean resident number", "KR", new(World.KrRrn, 13, 13), 0.002, "rrn", "residentregistration", "residentregistrationnumber", "주민등록번호", "jumin"),
        Id("KR_PASSPORT", "Korean passport", "KR", new(n => n.Length == 9 && Checks.In(n[0], "MSRODG") && (Checks.Digits(n[1..]) || Checks.Shape(n[1..], "999A9999")), 9, 9), 0.1, "passport", "koreanpassport", "여권"),
        Id("LT_AK", "Lithuanian personal code", "LT", new(Europe.LtAk, 11, 11), 0.002, "asmenskodas", "asmens", "ak"),
        Id("MX_CURP", "Mexican population code", "MX", new(World.MxCurp, 18, 18), 0.00001, "curp"),
        Id("MY_NRIC", "Malaysian identity card", "MY", new(World.MyNric, 12, 12, " -*"), 0.03, "nric", "mykad", "kadpengenalan", "ic", "icnumber"),
        Id("NL_BSN", "Dutch citizen number", "NL", new(Europe.NlBsn, 8, 9, " -."), 0.091, "bsn", "burgerservicenummer", "sofinummer", "sofi"),
        Id("NL_ONDERWIJS", "Dutch education number", "NL", new(Europe.NlOnderwijs, 9, 9, " -."), 0.001, "onderwijsnummer", "onderwijs"),
        Id("NL_VAT", "Dutch VAT number", "NL", new(Europe.NlVat, 6, 12, " -.", "NL"), 0.1, "btw", "btwnummer", "vat", "vatnumber", "btwid"),
        Id("NO_FNR", "Norwegian national number", "NO", new(Europe.NoFnr, 11, 11, " -:"), 0.001, "fodselsnummer", "fødselsnummer", "fnr", "personnummer", "dnummer"),
        Id("PE_CUI", "Peruvian identity number", "PE", new(World.PeCui, 8, 9), 0.5, "cui", "dni"),
        Id("PE_RUC", "Peruvian tax number", "PE", new(World.PeRuc, 11, 11), 0.005, "ruc"),
        Id("PH_TIN", "Philippine tax number", "PH", new(n => n.Length is 9 or 12 && Checks.Digits(n), 9, 12), 1, "tin", "bir", "taxid"),
        Id("PL_NIP", "Polish tax number", "PL", new(Europe.PlNip, 10, 10, " -", "PL"), 0.091, "nip"),
        Id("PL_PESEL", "Polish identity number", "PL", new(Europe.PlPesel, 11, 11), 0.019, "pesel"),
        Id("PL_REGON", "Polish register number", "PL", new(Europe.PlRegon, 9, 14), 0.09, "regon"),
        Id("PT_CC", "Portuguese citizen card", "PT", new(Europe.PtCc, 12, 12, " "), 0.1, "cartaodecidadao", "cartãodecidadão", "cc", "citizencard", "cartao"),
        Id("PT_NIF", "Portuguese tax number", "PT", new(Europe.PtNif, 9, 9, " -.", "PT"), 0.09, "nif", "contribuinte", "nipc"),
        Id("RO_CNP", "Romanian personal code", "RO", new(Europe.RoCnp, 13, 13), 0.002, "cnp", "codnumericpersonal"),
        Id("SE_ORGANISATIONSNUMMER", "Swedish organisation number", "SE", new(Europe.SeOrganisation, 10, 10, " -."), 0.1, "organisationsnummer", "orgnr", "orgnummer", "organisationsnr"),
        Id("SE_PERSONNUMMER", "Swedish personal number", "SE", new(Europe.SePersonnummer, 10, 12, " :-+"), 0.0037, "personnummer", "pnr", "samordningsnummer", "personnr", "personalidentitynumber", "personalidentitycode"),
        Id("SG_NRIC_FIN", "Singapore identity card", "SG", new(World.SgNric, 9, 9), 0.03, "nric", "fin", "nricfin", "singaporeid", "nricno"),
        Id("SG_UEN", "Singapore entity number", "SG", new(World.SgUen, 9, 10), 0.09, "uen"),
        Id("SI_EMSO", "Slovenian identity number", "SI", new(Europe.SiEmso, 13, 13, " "), 0.003, "emso", "emšo", "jmbg"),
        Id("TH_TNIN", "Thai identity number", "TH", new(World.ThId, 13, 13), 0.09, "tnin", "thaiid", "thainationalid", "pin", "citizenid", "บัตรประชาชน"),
        Id("TR_NATIONAL_ID", "Turkish identity number", "TR", new(Europe.TrId, 11, 11, " "), 0.01, "tckn", "tckimlik", "tckimlikno", "kimlik", "kimlikno", "tc"),
        Id("UK_NHS", "UK health service number", "GB", new(Europe.UkNhs, 10, 10), 0.091, "nhs", "nhsnumber", "nationalhealthservice", "nhsno"),
        Id("UK_NINO", "UK national insurance number", "GB", new(Europe.UkNino, 8, 9), 0.1, "nino", "nationalinsurance", "nationalinsurancenumber", "ni", "nationalinsuranceno", "ninumber"),
        Id("UK_UPN", "UK pupil number", "GB", new(Europe.UkUpn, 13, 13), 0.04, "upn", "uniquepupil", "uniquepupilnumber", "pupilnumber"),
        Id("UK_UTR", "UK tax reference", "GB", new(Europe.UkUtr, 10, 10, " -", "K"), 0.09, "utr", "uniquetaxpayerreference", "taxreference"),
        Id("UK_VAT", "UK VAT number", "GB", new(n => Europe.UkVat(n.StartsWith("XI"u8) ? n[2..] : n), 5, 14, " -.", "GB"), 0.03, "vat", "vatnumber", "vatno", "vatregistration"),
        Id("UK_PASSPORT", "UK passport", "GB", new(n => Checks.Digits(n, 9) || Checks.Shape(n, "AA9999999"), 9, 9), 1, "passport", "passportnumber", "passportno", "hmpo"),
        Id("UK_DRIVING_LICENCE", "UK driving licence", "GB", new(Europe.UkDrivingLicence, 16, 16), 0.0001, "drivinglicence", "driverslicence", "dvla", "licence", "drivinglicense", "licencenumber"),
        Id("NG_NIN", "Nigerian identity number", "NG", new(World.NgNin, 11, 11), 0.1, "nin", "nationalidentification", "nimc", "nationalidentitynumber"),
        Any("DRIVER_LICENSE", "Driving licence of any country", _ => false, 5, 20, "driverlicense", "driverslicense", "driverlicence", "driverslicence", "drivinglicense", "drivinglicence", "drivinglicenceno", "driverlicensenumber", "driverslicensenumber", "licenseno", "licenceno", "licensenumber", "licencenumber", "fuhrerschein", "führerschein", "permisdeconduire", "patente"),
        Any("PASSPORT", "Passport of any country", Documents.IsMixed, 6, 11, "passport", "passportnumber", "passportno", "passportid", "traveldocument", "traveldocumentnumber", "reisepass", "passeport", "pasaporte", "passaporto", "passaporte", "paspoort"),
        Any("IDENTITY_CARD", "Identity card of any country", Documents.IsMixed, 8, 18, "identitycard", "identitycardnumber", "idcard", "idcardnumber", "nationalid", "nationalidnumber", "nationalidentitynumber", "personalid", "cnic", "hkid", "codigomelli"),
        Any("TAX_ID", "Tax number of any country", Documents.IsMixed, 4, 16, "taxid", "taxidnumber", "taxnumber", "taxno", "tin", "tinnumber", "taxpayerid", "taxpayernumber", "fiscalcode", "fiscalnumber"),
        Any("VAT", "VAT number of any country", Documents.IsPrefixed, 5, 17, "vat", "vatid", "vatnumber", "vatno", "vatregistration", "vatregistrationnumber", "ustid", "tva", "btw", "iva", "partitaiva"),
        Id("ZA_ID_NUMBER", "South African identity number", "ZA", new(World.ZaId, 13, 13, " "), 0.0007, "idnumber", "said", "southafricanid", "rsaid", "identitynumber", "idno"),
    ];

    private static Entity Id(string name, string title, string? country, NationalFormat format, double chance, params string[] keywords) =>
        new(name, title, Evidence.WithContext, country, chance) { Keywords = keywords, Format = format };

    /// <summary>A number that looks like one of some country: a key that names it is enough, running text must show <paramref name="inText"/> besides.</summary>
    private static Entity Any(string name, string title, Check inText, int min, int max, params string[] keywords) =>
        Id(name, title, null, new(n => name != "VAT" && Documents.IsNumber(n) || Documents.IsAny(name, n), min, max, " -./()[]") { InText = n => inText(n) && Documents.IsAny(name, n) }, 1, keywords);

    /// <summary>The states' shapes together: a letter or two or none, then digits, and Washington's own.</summary>
    private static bool IsUsLicence(ReadOnlySpan<byte> n)
    {
        var digits = 0;
        foreach (var b in n)
        {
            digits += char.IsAsciiDigit((char)b) ? 1 : 0;
            if (!char.IsAsciiDigit((char)b) && !Checks.Letter(b))
            {
                return false;
            }
        }

        return digits >= 5 && digits >= n.Length - 3;
    }
}
