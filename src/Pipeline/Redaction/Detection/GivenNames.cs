using System.Text;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>Frequent given names of many countries: one before another word in capitals is most often a person. Names that are as often a word, a month or a place (Will, Mark, Grace, May, Austin, Victoria) are left out.</summary>
internal static class GivenNames
{
    private const string Frequent =
        "aaron adam adrian agnes ahmed aisha alan albert alejandra alejandro aleksander alessandro alexander alexandra alexandre alfred alice alicia ali alina alison amanda amelia amy ana anders andrea andreas andrei andrew andrzej angela anita anja ann anna anne annette annika antoine anton antonio anthony arthur astrid barbara bartosz beatrice beatriz ben benjamin bernard bernd betty birgit björn bogdan brandon brenda brian bruno bryan "
        + "camille carl carla carlos carmen carol caroline carolyn catarina catherine cecilia charles charlotte chiara christina christine christopher claire claudia clara craig cynthia daniel daniela danielle david deborah denise dennis diana diane diego dieter dimitri dmitri dmitry dominik donald donna dorothy douglas eduardo edward edwin eileen elena eleanor elias elisabeth elizabeth ellen emil emily emma enrique eric erik erika ernst esther ethan eugene eva evelyn "
        + "fatima federico felix fernanda fernando filip florian francesca francesco francisco françois frank franz fred frederik frida friedrich gabriela gary george gerald gerard gianni giovanni giulia giuseppe gloria gregory guido guillaume gustav hannah hans harold harry hassan heather heidi heinz helen helena helga henrik henry hiroshi hugo ian igor ines ingrid irene isabel isabella isabelle ivan jacob jacqueline jakub james jamie jana jane janet janice jason javier jean jeffrey jennifer jeremy jerome jerry jesse jessica jill jim joan joanna johan johanna johannes john johnny jonas jonathan jorge josé josef joseph joshua joyce juan judith judy jürgen julia julian juliana julie jun justin jörg "
        + "karen karin karl karolina katarina kate katharina katherine kathleen kathryn katja katrin kazuo keith kelly kenneth kenji kevin khalid kim klaus krzysztof kyle larry lars laura lauren laurent lea leon leonardo leonie linda lisa lorenzo louise lucas lucia lucie ludwig luigi luis luisa lukas luke maciej magdalena maja malik manuel manuela marcel marco marcos marek margaret margarita maria mariana marie marina mario marta martha martin martina mary mateusz matilda matteo matthew matthias maximilian megan mehmet melanie melissa michael michał michel michelle miguel mikael mikhail milan miriam mohamed mohammed monica monika muhammad mustafa nadia nancy natalia natalie natasha nathan nicholas nicolas nicole nikolai nils nina noah nora norbert "
        + "olaf oleg olga oliver olivia omar oscar oskar otto pablo pamela paola paolo patricia patrick patrik paul paula paulo pavel pedro peter petra philip philippe pierre piotr priya rachel rafael rahul raj ralf ralph ramon raquel raúl rebecca regina renate ricardo richard rita robert roberta roberto robin roger roland roman ronald rosa roxana ruth ryan sabine salvatore samantha samuel sandra sara sarah scott sean sebastian sergei sergey sergio sharon shirley silvia simon simone sofia sofie sophia sophie stefan stefanie stephanie stephen steve steven stuart susan susanne svetlana sven takeshi tamara tanja tatiana teresa terry theodor theresa thomas tiago tim timothy tobias tomas tomasz toshiro tracy travis "
        + "ulrich ulrike ursula uwe valentina valeria vanessa vera veronica veronika victor vincent vincenzo viktor vladimir walter wei werner wilhelm william wolfgang xavier yasmin yuki yusuf yves yvonne zachary zoë zofia zuzana łukasz";

    /// <summary>What follows a given name that is part of a place's, a firm's or a thing's name, or begins the next sentence.</summary>
    private const string NoSurnames =
        "street st road rd avenue ave square university college hospital school airport bank inc ltd llc corp gmbh foundation prize award museum park bridge island river lake beach county hall theatre theater stadium tower church station hotel house institute clinic center centre day street's "
        + "and or is was has had will the i i'm to in on at from he she it we you they this that monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december";

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Names = Frequent.Split(' ').ToHashSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Others = NoSurnames.Split(' ').ToHashSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The word is a given name, whatever its case.</summary>
    public static bool Contains(ReadOnlySpan<byte> word) => Is(word, Names);

    /// <summary>The word may be the rest of a name.</summary>
    public static bool MayFollow(ReadOnlySpan<byte> word) => word.Length > 1 && !Is(word, Others);

    private static bool Is(ReadOnlySpan<byte> word, HashSet<string>.AlternateLookup<ReadOnlySpan<char>> words)
    {
        Span<char> chars = stackalloc char[16];
        return word.Length is >= 2 and <= 16 && words.Contains(chars[..Encoding.UTF8.GetChars(word, chars)]);
    }
}
