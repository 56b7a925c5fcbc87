using System.Net;
using System.Net.Http.Headers;
using Amazon.Runtime;

namespace Weir.Aws.Protocol;

/// <summary>The HTTP connections of one client.</summary>
internal sealed class AwsHttpClientFactory : HttpClientFactory, IDisposable
{
    /// <summary>Of an attempt, from connecting to the last byte: a full 10 MiB answer at 3 Mbit/s.</summary>
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);
    private readonly Lock _creating = new();
    private HttpClient? _client;

    public override HttpClient CreateHttpClient(IClientConfig clientConfig)
    {
        lock (_creating)
        {
            return _client ??= new HttpClient(new WholeBody(new SocketsHttpHandler
            {
                // DNS changes are followed, idle connections that a load balancer may have dropped are not reused.
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
                ConnectTimeout = TimeSpan.FromSeconds(3.1),
                EnableMultipleHttp2Connections = true,
                AutomaticDecompression = DecompressionMethods.None,
                AllowAutoRedirect = false,
                UseCookies = false,
                Proxy = clientConfig.GetWebProxy(),
                UseProxy = clientConfig.GetWebProxy() is not null,
            }))
            {
                Timeout = clientConfig.Timeout ?? DefaultTimeout,
            };
        }
    }

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public void Dispose() => _client?.Dispose();

    /// <summary>
    /// Takes in the whole body before the SDK sees the answer. The SDK reads it synchronously, which would block a thread on the network, and it retries what
    /// fails while sending but not what fails while reading. Event streams stay open.
    /// </summary>
    private sealed class WholeBody(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private static readonly MediaTypeHeaderValue EventStream = new("application/vnd.amazon.eventstream");

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            // Over TLS the handshake chooses. Without it nothing does, and every emulator at least speaks HTTP/1.1.
            if (request.Version.Major == 2)
            {
                if (request.RequestUri!.Scheme != Uri.UriSchemeHttps)
                    request.Version = HttpVersion.Version11;
                request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
            }

            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (EventStream.Equals(response.Content.Headers.ContentType))
                return response;
            try
            {
                await response.Content.LoadIntoBufferAsync(cancellationToken).ConfigureAwait(false);
                return response;
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }
    }
}
