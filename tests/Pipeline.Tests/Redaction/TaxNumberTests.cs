using Weir.Pipeline.Redaction.Detection;

namespace Weir.Pipeline.Tests.Redaction;

/// <summary>Numbers of persons and taxpayers: one made for each format, and the same with a digit or its shape changed.</summary>
public sealed class TaxNumberTests
{
    [Theory]
    [InlineData("AD_NRT", "U380751M", "U38075M1")]
    [InlineData("AL_NIPT", "K83013201X", "A83013201X")]
    [InlineData("AZ_VOEN", "0570741521", "0570741523")]
    [InlineData("BG_PNF", "8321208398", "8321208399")]
    [InlineData("BG_VAT", "096544859", "096544850")]
    [InlineData("BY_UNP", "730147827", "730147828")]
    [InlineData("CA_BN", "788076305", "788076306")]
    [InlineData("CH_UID", "CHE947167356", "CHE947167357")]
    [InlineData("CH_VAT", "CHE066674152MWST", "CHE066674153MWST")]
    [InlineData("CN_USCC", "860919260967085135", "860919260967085136")]
    [InlineData("CR_CPF", "1-613-584", "2601210465A")]
    [InlineData("CR_CPJ", "4000873117", "4001873117")]
    [InlineData("CR_CR", "17316325786", "27316325786")]
    [InlineData("CU_NI", "61040216082", "61040016082")]
    [InlineData("CY_VAT", "38849482G", "38849483G")]
    [InlineData("CZ_DIC", "48445266", "48445267")]
    [InlineData("DK_CVR", "63021679", "63021670")]
    [InlineData("DO_CEDULA", "20036500716", "20036500717")]
    [InlineData("DO_RNC", "314966375", "314966376")]
    [InlineData("DZ_NIF", "344741843487974", "34474184348797")]
    [InlineData("EC_CI", "2220889915", "2220889916")]
    [InlineData("EC_RUC", "0629222225233", "0629222226233")]
    [InlineData("EE_KMKR", "525423285", "525423286")]
    [InlineData("EG_TN", "681445634", "68144563A")]
    [InlineData("FI_ALV", "03566114", "03566115")]
    [InlineData("FI_VERONUMERO", "454180391059", "45418039105")]
    [InlineData("FO_VN", "201697", "20169A")]
    [InlineData("GH_TIN", "P0086162667", "P0086162668")]
    [InlineData("GN_NIFP", "484996350", "484996351")]
    [InlineData("GR_VAT", "722759165", "722759166")]
    [InlineData("GT_NIT", "69048649", "69048640")]
    [InlineData("HU_ANUM", "34317820", "34317821")]
    [InlineData("ID_NIK", "3435541003583664", "3435541000583664")]
    [InlineData("ID_NPWP", "285343281332351", "285343282332351")]
    [InlineData("IE_VAT", "9622054U", "9622055U")]
    [InlineData("IL_HP", "531694628", "531694629")]
    [InlineData("IN_VID", "3488815026361813", "3488815026361814")]
    [InlineData("JP_CN", "8569570409291", "8569570409292")]
    [InlineData("JP_IN", "997305099028", "997305099029")]
    [InlineData("KE_PIN", "P167932958Z", "B167932958Z")]
    [InlineData("LI_PEID", "6037971", "0000603")]
    [InlineData("LT_PVM", "405147714", "405147715")]
    [InlineData("LU_TVA", "12696046", "12696047")]
    [InlineData("LV_PVN", "58354016385", "58354016386")]
    [InlineData("MA_ICE", "511950620379467", "511950620379468")]
    [InlineData("MC_TVA", "54000668150", "54000668151")]
    [InlineData("MD_IDNO", "2248601717730", "2248601717731")]
    [InlineData("ME_PIB", "50065424", "50065425")]
    [InlineData("MK_EDB", "9157180701558", "9157180701559")]
    [InlineData("MT_VAT", "79925859", "79925850")]
    [InlineData("MU_NID", "K0812863927767", "K0812863927768")]
    [InlineData("MX_RFC", "PKPI611208BWX", "PKPI611200BWX")]
    [InlineData("MZ_NUIT", "598195315", "598195316")]
    [InlineData("NO_MVA", "857489950MVA", "857489951MVA")]
    [InlineData("NO_ORGNR", "850350795", "850350796")]
    [InlineData("NZ_IRD", "087795330", "087795331")]
    [InlineData("PK_CNIC", "7320187618891", "7320187618890")]
    [InlineData("PY_RUC", "61234133", "61234134")]
    [InlineData("RO_CF", "43995022", "43995023")]
    [InlineData("RS_PIB", "375001675", "375001676")]
    [InlineData("RU_INN", "0582679981", "0582679982")]
    [InlineData("RU_OGRN", "5469540926784", "5469540926785")]
    [InlineData("RU_SNILS", "35134871167", "35134871168")]
    [InlineData("SE_VAT", "632695980301", "632695980302")]
    [InlineData("SI_DDV", "50919008", "50919009")]
    [InlineData("SK_DPH", "6999644938", "6999644939")]
    [InlineData("SM_COE", "23898", "238981")]
    [InlineData("SN_NINEA", "071476066", "071476067")]
    [InlineData("SV_NIT", "05244332645662", "05244332645663")]
    [InlineData("TH_MOA", "0829355488842", "0829355488843")]
    [InlineData("TH_TIN", "0422217849375", "0422217849376")]
    [InlineData("TN_MF", "3630647W", "3630647I")]
    [InlineData("TR_VKN", "7273832408", "7273832409")]
    [InlineData("TW_UBN", "38845176", "38845178")]
    [InlineData("UA_EDRPOU", "44970754", "44970755")]
    [InlineData("UA_RNTRC", "6531803889", "6531803880")]
    [InlineData("UY_RUT", "187550230019", "187550230010")]
    [InlineData("VE_RIF", "J522894094", "J522894095")]
    [InlineData("VN_MST", "7189439993", "7189439994")]
    [InlineData("ZA_TIN", "1583704976", "1583704977")]
    [InlineData("RU_INN", "500100732259", "500110732259")]
    [InlineData("MK_EDB", "МК 9157180701558", "МК 9157180701559")]
    [InlineData("BY_UNP", "УНП730147827", "УНП730147828")]
    [InlineData("MX_RFC", "PKPI611208", "PKPI611308")]
    [InlineData("ID_NPWP", "28.534.328.1-332.351", "28.534.328.2-332.351")]
    [InlineData("EC_CI", "222088991-5", "222088991-6")]
    public void A_number_stands_with_its_check_and_its_name_and_not_without(string entity, string valid, string wrong)
    {
        Assert.True(Validation.IsValid(entity, valid));
        Assert.False(Validation.IsValid(entity, wrong));

        var known = EntityCatalogue.Find(entity)!;
        Assert.Equal(Evidence.WithContext, known.Evidence);
        foreach (var name in known.Keywords)
        {
            var text = $"{name}: {valid}, please";
            var from = text.IndexOf(valid, name.Length, StringComparison.Ordinal);
            Assert.Contains(Spans.Of(text), s => s.Start <= from + 3 && s.End >= from + valid.Length);
        }

        Assert.DoesNotContain(Spans.Of($"Order {valid} was sent, not {wrong}"), s => s.Entity == entity);
    }
}
