# An image that trains and generates: docs/cloud.md.
FROM python:3.11-slim
WORKDIR /timegan
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY gan_train.py gan_generator.py settings.py ./
COPY models models
COPY modules modules
ENTRYPOINT ["python"]
CMD ["gan_train.py", "--help"]
