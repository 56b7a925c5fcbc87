using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Weir.Browser.Tests;

/// <summary>What a partner and an operator do with curl.</summary>
internal sealed class WeirClient : IDisposable
{
    private readonly HttpClient _partner;
    private readonly HttpClient _operator;

    private WeirClient(HttpClient partner, HttpClient @operator) => (_partner, _operator) = (partner, @operator);

    public static async Task<WeirClient> ForAsync(WeirProcess weir, string partner) => With(weir.Address, await WeirVerbs.SecretsAsync(weir, partner));

    public static WeirClient With(Uri address, (string Key, string Token) secrets)
    {
        HttpClient Make(string bearer) => new() { BaseAddress = address, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", bearer) } };
        return new WeirClient(Make(secrets.Key), Make(secrets.Token));
    }

    /// <summary>Posts lines of JSON as one NDJSON request.</summary>
    public async Task<HttpResponseMessage> SendAsync(string stream, IEnumerable<string> lines, CancellationToken cancellationToken, string? partitionKey = null)
    {
        using var content = new StringContent(string.Join('\n', lines), Encoding.UTF8, "application/x-ndjson");
        if (partitionKey is not null)
        {
            content.Headers.Add("X-Partition-Key", partitionKey);
        }

        return await _partner.PostAsync($"/v1/streams/{stream}/records", content, cancellationToken);
    }

    public async Task<JsonElement> GetAsync(string path) => await _operator.GetFromJsonAsync<JsonElement>($"/api/v1/{path}");

    public async Task<JsonElement> PutAsync(string path, object body) => await ReadAsync(await _operator.PutAsJsonAsync($"/api/v1/{path}", body));

    public async Task<JsonElement> PostAsync(string path, object body) => await ReadAsync(await _operator.PostAsJsonAsync($"/api/v1/{path}", body));

    public async Task<JsonElement> DeleteAsync(string path) => await ReadAsync(await _operator.DeleteAsync($"/api/v1/{path}"));

    public async Task<long> StoredAsync(string? stream = null) => (await GetAsync($"records/count{(stream is null ? "" : $"?stream={stream}")}")).GetProperty("count").GetInt64();

    public void Dispose()
    {
        _partner.Dispose();
        _operator.Dispose();
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var body = await response.Content.ReadAsStringAsync();
            return response.IsSuccessStatusCode ? JsonDocument.Parse(body).RootElement : throw new HttpRequestException($"{(int)response.StatusCode}: {body}");
        }
    }
}
