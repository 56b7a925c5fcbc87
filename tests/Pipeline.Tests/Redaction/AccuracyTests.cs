using System.Runtime.CompilerServices;
using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Verbs;

namespace Weir.Pipeline.Tests.Redaction;

/// <summary>The full labelled files lie outside the repository: <c>WEIR_PII_DATA</c> or <c>../shared/data/pii</c> beside it. Without them these tests are skipped by name.</summary>
public sealed class AccuracyTests
{
    [Fact]
    public void Every_format_of_the_national_number_oracle_is_decided_as_the_oracle_does()
    {
        var report = AccuracyVerb.Judge(File_("stdnum-oracle.dev.jsonl"), keepErrors: 3);

        Assert.NotEmpty(report.Validation);
        Assert.All(report.Validation, score => Assert.True(score.Covered && score.Right == score.N, $"{score.Entity}: {score.Right} of {score.N}; {string.Join("; ", score.Errors)}"));
    }

    [Fact]
    public void Rows_of_the_number_librarys_own_tests_are_decided_alike()
    {
        var covered = AccuracyVerb.Judge(File_("stdnum-cases.dev.jsonl")).Validation.Where(s => s.Covered).ToArray();

        Assert.True(covered.Length >= 140, $"{covered.Length} formats covered");
        Assert.True(covered.Sum(s => s.Right) >= 0.99 * covered.Sum(s => s.N), $"{covered.Sum(s => s.Right)} of {covered.Sum(s => s.N)}");
    }

    [Theory]
    [InlineData("CREDIT_CARD", 1.0, 0.99)]
    [InlineData("EMAIL_ADDRESS", 0.99, 0.99)]
    [InlineData("IBAN_CODE", 0.99, 0.99)]
    [InlineData("US_SSN", 0.99, 0.99)]
    [InlineData("IP_ADDRESS", 0.99, 0.99)]
    [InlineData("PHONE_NUMBER", 0.95, 0.95)]
    public void Sentences_are_read_at_least_this_well(string entity, double precision, double recall)
    {
        var score = AccuracyVerb.Judge(File_("presidio-research.dev.jsonl")).Detection.Single(s => s.Entity == entity);

        Assert.True(score.ExactPrecision >= precision, $"precision {score.ExactPrecision}");
        Assert.True(score.ExactRecall >= recall, $"recall {score.ExactRecall}");
        Assert.Equal(0, score.Leaked);
    }

    [Theory]
    [InlineData("CREDIT_CARD")]
    [InlineData("JWT")]
    [InlineData("LUHN")]
    [InlineData("CRYPTO_ETH")]
    [InlineData("CRYPTO_BTC")]
    [InlineData("EMAIL_ADDRESS")]
    [InlineData("IBAN_CODE")]
    [InlineData("IP_ADDRESS")]
    [InlineData("MAC_ADDRESS")]
    [InlineData("PHONE_NUMBER")]
    [InlineData("IDENTITY_CARD")]
    [InlineData("PASSPORT")]
    [InlineData("VAT")]
    public void Strict_rows_of_the_validator_collection_are_decided_alike(string entity)
    {
        var score = AccuracyVerb.Judge(File_("validatorjs-cases.dev.jsonl"), keepErrors: 5).Validation.Single(s => s.Entity == entity);

        Assert.True(score.Accuracy >= 0.99, $"{score.Right} of {score.N}: {string.Join("; ", score.Errors)}");
    }

    [Theory]
    [InlineData("{\"text\":\"to a@b.io\",\"spans\":[]}\n{\"x\":1}", "line 2 is no labelled row: it needs text and spans")]
    [InlineData("nope", "line 1 is no labelled row: ")]
    [InlineData("{\"text\":\"a\",\"spans\":[{\"entity\":\"PERSON\",\"start16\":0,\"end16\":9}]}", "end lies outside of the text")]
    public async Task A_row_without_labels_is_named_by_its_line(string rows, string message)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, rows);
            var error = new StringWriter();

            Assert.Equal(2, await AccuracyVerb.RunAsync([path], TextWriter.Null, error));
            Assert.Contains(message, error.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Offsets_in_code_points_alone_are_read_too()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, """{"text":"\ud83d\ude00 to a@b.io","spans":[{"entity":"EMAIL_ADDRESS","start":5,"end":11}]}""");

            Assert.Equal(1.0, Assert.Single(AccuracyVerb.Judge(path).Detection).ExactRecall);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task An_entity_without_detector_is_shown_as_such()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, """
                {"text":"I saw the Colossus","spans":[{"entity":"STATUE","start16":10,"end16":18}]}
                {"kind":"validate","entity":"NO_SUCH","text":"1","valid":true}
                {"kind":"detect","entity":"EMAIL_ADDRESS","text":"to a@b.io","spans":[{"start16":3,"end16":9}]}
                """);
            var output = new StringWriter();
            Assert.Equal(0, await AccuracyVerb.RunAsync([path], output, output));

            Assert.Matches(@"STATUE +1  not covered", output.ToString());
            Assert.Matches(@"NO_SUCH +1  not covered", output.ToString());
            Assert.Matches(@"EMAIL_ADDRESS +1 +1 +1\.000 +1\.000 +1\.000 +1\.000 +0 +6", output.ToString());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Names_and_keywords_of_the_catalogue_hold_together()
    {
        Assert.Equal(EntityCatalogue.All.Count, EntityCatalogue.All.Select(e => e.Name).Distinct().Count());
        Assert.All(EntityCatalogue.All.Where(e => e.Evidence != Evidence.Anywhere && e.Name != "LUHN"), e => Assert.NotEmpty(e.Keywords));
        Assert.All(EntityCatalogue.All.SelectMany(e => e.Keywords), k => Assert.Equal(k, k.ToLowerInvariant()));
        Assert.Equal("EMAIL_ADDRESS", EntityCatalogue.Find("email")!.Name);
    }

    private static string File_(string name, [CallerFilePath] string here = "")
    {
        var folder = Environment.GetEnvironmentVariable("WEIR_PII_DATA");
        if (folder is null)
        {
            var directory = new DirectoryInfo(Path.GetDirectoryName(here)!);
            while (directory is not null && !Directory.Exists(Path.Combine(directory.FullName, "shared", "data", "pii")))
            {
                directory = directory.Parent;
            }

            folder = directory is null ? "" : Path.Combine(directory.FullName, "shared", "data", "pii");
        }

        var path = Path.Combine(folder, name);
        Assert.SkipUnless(File.Exists(path), $"{name} is not here; set WEIR_PII_DATA to the folder of the labelled files");
        return path;
    }
}
