// A function as it is usually written in JavaScript. The loop at the end stands for Lambda's own runtime client, which has
// to be compiled and wants a newer Node.js than distributions have; it does less, so it is no slower.

import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import http from "node:http";

const s3 = new S3Client({});
const dynamodb = new DynamoDBClient({});

async function handler(event) {
  const key = { document_id: { S: event.document_id } };
  const answer = await dynamodb.send(
    new GetItemCommand({ TableName: process.env.DOCUMENTS_TABLE, Key: key, ConsistentRead: true }),
  );
  return { known: answer.Item !== undefined };
}

const agent = new http.Agent({ keepAlive: true });

function ask(method, path, body) {
  const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
  const options = { agent, host, port, method, path: `/2018-06-01/runtime/${path}` };
  return new Promise((resolve, reject) => {
    const request = http.request(options, async (response) => {
      let text = "";
      for await (const chunk of response.setEncoding("utf8")) text += chunk;
      resolve({ headers: response.headers, text });
    });
    request.on("error", reject);
    request.end(body);
  });
}

for (;;) {
  const { headers, text } = await ask("GET", "invocation/next");
  const id = headers["lambda-runtime-aws-request-id"];
  try {
    await ask("POST", `invocation/${id}/response`, JSON.stringify(await handler(JSON.parse(text))));
  } catch (error) {
    await ask("POST", `invocation/${id}/error`, JSON.stringify({ errorMessage: String(error) }));
  }
}
